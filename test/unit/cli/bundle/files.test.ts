import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bundleFiles } from "../../../../src/cli/bundle/files.ts";
import type { Gathered } from "../../../../src/cli/bundle/read.ts";
import { entryObject } from "../../../objects/ledger-entry.ts";
import { podObject } from "../../../objects/pod.ts";
import { poolObject } from "../../../objects/address-pool.ts";
import { vantagePointObject } from "../../../objects/vantage-point.ts";
import { deployment, event, fleet, healthy, serving, verdict } from "../../overview/build.ts";

/** What nobody outside may see, each in a place where somebody might have put it. */
const planted = {
  address: "203.0.113.9",
  upstream: "relay.in-our-cellar.net",
  hostname: "k7q2.bakery-of-ann.org",
  page: "lxq3ab7l5vya2cde7qwxyzabcd",
  link: "https://wa.me/proxy?host=203.0.113.9&chatPort=443&mediaPort=587&chatTLS=true",
  token: "glp_9fK2mQ7xW4vB8nR1tY6u",
  password: "hunter2-of-ann",
  fleet: "family",
  namespace: "proxies",
  node: "rack7-of-ann",
  image: "registry.bakery-of-ann.org/relief/proxy",
  asn: "197207",
  person: "ann@bakery-of-ann.org",
  account: "robot-of-ann",
} as const;

const base64 = (text: string) => Buffer.from(text).toString("base64");
const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const ways: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64,
  percent,
  json: (text) => JSON.stringify(JSON.stringify({ text })),
  dashes: (text) => text.replaceAll(/(?<=\d)\.(?=\d)/g, "-"),
};
const everything = Object.values(planted)
  .filter((text) => text !== planted.password)
  .flatMap((text) => Object.values(ways).map((way) => way(text)))
  .join(" ; ");
const message = `${everything} ; password: ${planted.password}`;

function gathered(): Gathered {
  const condition = { type: "Reachable", status: "False", reason: "AddressBlocked", message };
  const labels = { "ann.example/who": planted.password };
  const found = fleet(
    {
      upstream: { chat: { servers: [`${planted.upstream}:5222`] } },
      dns: { hostname: `{token}.${planted.hostname}` },
      podMetadata: { labels, annotations: { "ann.example/note": planted.password } },
    },
    {
      conditions: [{ ...condition, lastTransitionTime: "2026-11-29T11:00:00Z" }],
      slots: [{ slot: 0, address: planted.address, hostname: planted.hostname, burnt: 0, message }],
      lastHandledRotateAt: planted.password,
    },
  );
  const annotations = { "proxyfleet.dev/rotate-at": planted.password, note: planted.password };
  const variables = [
    { name: "A", value: planted.password },
    { name: "B", valueFrom: { secretKeyRef: { name: planted.account, key: "token" } } },
  ];
  const pod = podObject({
    metadata: { labels: { "proxyfleet.dev/fleet": planted.fleet } },
    status: { phase: "Running", podIP: planted.address },
  });
  return {
    observed: healthy({
      fleets: [{ ...found, metadata: { ...found.metadata, annotations } }],
      addresses: [
        serving(
          { address: planted.address },
          verdict("Blocked", `no answer of ${planted.address}`),
        ),
      ],
      pools: [
        poolObject({ name: "of-ann", spec: { addresses: ["203.0.113.0/26"] } }),
        poolObject(),
      ],
      pods: [
        {
          ...pod,
          spec: {
            nodeName: planted.node,
            serviceAccountName: planted.account,
            containers: [
              {
                name: "proxy",
                image: `${planted.image}:1.2.3`,
                env: variables,
                args: [`--token=${planted.token}`],
              },
            ],
          },
        },
      ],
      deployments: [deployment(2)],
      events: [event({ kind: "Pod", name: pod.metadata.name }, { note: message })],
    }),
    vantagePoints: [
      vantagePointObject({ spec: { asn: Number(planted.asn), http: { url: planted.link } } }),
    ],
    policies: [],
    operator: { deployments: [], pods: [] },
    logs: [
      { pod: pod.metadata.name, container: "proxy", isPrevious: false, text: message },
      {
        pod: "proxyfleet-1",
        container: "operator",
        isPrevious: true,
        text: `${JSON.stringify({ level: 30, msg: message, token: planted.password })}\nnot json {`,
      },
    ],
    kubernetes: "v1.36.0",
    missing: [],
  };
}

const kept = { addresses: false, names: false };
const whole = (of: Gathered, keep = kept) =>
  bundleFiles(of, keep, "0.1.0")
    .files.map(({ name, content }) => `${name}\n${content}`)
    .join("\n");

describe("a bundle gives nothing away", () => {
  const text = whole(gathered());
  const found = gathered();
  test("although all of it was read", () => {
    const read = JSON.stringify(found);
    for (const [name, value] of Object.entries(planted))
      assert.ok(read.includes(JSON.stringify(value).slice(1, -1)), name);
  });
  for (const [name, value] of Object.entries(planted))
    for (const [way, write] of Object.entries(ways))
      test(`neither the ${name} nor its ${way} form`, () => {
        const at = text.indexOf(write(value));
        assert.equal(at, -1, text.slice(Math.max(0, at - 80), at + 80));
      });
});

describe("a bundle stays readable", () => {
  const { files, replaced, key } = bundleFiles(gathered(), kept, "0.1.0");
  const fileOf = (name: string) => files.find((file) => file.name === name)?.content ?? "";
  const json = (name: string) => JSON.parse(fileOf(name)) as never;

  test("a fleet's address is the one in the ledger", () => {
    const [fleetRead] = json("objects/fleets.json") as {
      status: { slots: { address: string }[] };
    }[];
    const [entry] = json("objects/ledger.json") as { spec: { address: string } }[];
    assert.match(entry!.spec.address, /^address-\d+$/);
    assert.equal(fleetRead!.status.slots[0]!.address, entry!.spec.address);
    assert.equal(key[entry!.spec.address], planted.address);
  });
  test("reasons, phases, countries and times stay", () => {
    const text = fileOf("objects/fleets.json");
    for (const kept of ["AddressBlocked", "Reachable", "2026-11-29T11:00:00Z"])
      assert.ok(text.includes(kept), kept);
    assert.match(fileOf("status.json"), /"country": "IR"/);
  });
  test("logs of JSON stay JSON", () => {
    const log = files.find(
      ({ name }) => name.startsWith("logs/") && name.includes("operator-before"),
    );
    const [line = ""] = log!.content.split("\n");
    assert.equal((JSON.parse(line) as { level: number }).level, 30);
  });
  test("the versions of images stay", () =>
    assert.match(fileOf("children/pods.json"), /"image": "image-\d+:1\.2\.3"/));
  test("it says what it holds, and how much was replaced", () => {
    const text = fileOf("contents.txt");
    for (const { name } of files) assert.ok(text.includes(`  ${name}: `), name);
    assert.ok((replaced["address"] ?? 0) > 0);
    assert.ok(text.includes(`  address: ${replaced["address"]}\n`));
  });
});

test("a bundle keeps what somebody wants to keep", () => {
  const text = whole(gathered(), { addresses: true, names: true });
  assert.ok(text.includes(planted.address));
  assert.ok(text.includes(`"${planted.node}"`));
  for (const secret of [planted.password, planted.token, planted.page, planted.link])
    assert.ok(!text.includes(secret), secret);
});

test("a ledger entry of an address that was never given is named as it is", () => {
  const entry = entryObject({ metadata: { name: "ip-abcdefabcdef" } });
  const observed = healthy({ addresses: [entry] });
  assert.match(whole({ ...gathered(), observed }), /"name": "ip-abcdefabcdef"/);
});

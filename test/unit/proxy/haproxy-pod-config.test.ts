import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import {
  type CertifiedLane,
  type PodConfigInput,
  renderPodConfig,
} from "../../../src/proxy/pod-config.ts";
import { closedNetworks } from "../../../src/proxy/upstream-networks.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

const lane = (number: number, change: Partial<CertifiedLane> = {}): CertifiedLane => ({
  lane: number,
  address: `ip-203-0-113-${number}`,
  uid: `uid-${number}`,
  certificateSHA256: hash(`certificate ${number}`),
  pem: `-----BEGIN CERTIFICATE-----\n${number}\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n${number}\n-----END PRIVATE KEY-----\n`,
  tickets: { secret: `secret ${number}`, since: "2026-01-01T00:00:00Z" },
  proxiesFrom: [],
  ...change,
});

const fleet: PodConfigInput = {
  listeners: {},
  upstream: {
    chat: { servers: ["a.example:5222", "b.example:5222"], proxyProtocol: "V2" },
    media: { servers: ["c.example:443"] },
    privateNetworks: ["10.8.0.0/16"],
  },
  limits: {
    maxConnections: 27_500,
    connectionsPerClient: 0,
    connectionRatePerClient: 0,
    clientsSeen: "Always",
  },
  bank: 8,
  strangers: { seed: "seed", decoy: "Page", serverNames: [] },
  open: [lane(4, { proxiesFrom: ["2001:db8::/32", "10.0.0.0/8"] }), lane(0)],
};

const lanesOf = (input: PodConfigInput): Record<string, unknown> =>
  JSON.parse(renderPodConfig(input, hash)["lanes.json"] ?? "") as Record<string, unknown>;

describe("renderPodConfig", () => {
  test("certificates are there for open lanes only", () => {
    const files = renderPodConfig(fleet, hash);
    assert.deepEqual(Object.keys(files).sort(), [
      "haproxy.cfg",
      "lane-0.pem",
      "lane-0.tickets",
      "lane-4.pem",
      "lane-4.tickets",
      "lanes.json",
    ]);
    assert.equal(files["lane-4.pem"], fleet.open[0]!.pem);
    assert.equal(files["lane-4.tickets"], "secret 4");
  });

  test("lanes.json says what pods must load", () => {
    const { revision, ...rest } = lanesOf(fleet);
    assert.match(String(revision), /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      maxConnections: 27_500,
      bank: 8,
      listeners: ["chat", "media"],
      servers: { chat: ["chat-0", "chat-1"], media: ["media-0"] },
      upstreams: { refused: closedNetworks, allowed: ["10.8.0.0/16"] },
      open: [
        {
          lane: 0,
          address: "ip-203-0-113-0",
          uid: "uid-0",
          certificateSHA256: hash("certificate 0"),
          ticketsSince: "2026-01-01T00:00:00Z",
          proxiesFrom: [],
        },
        {
          lane: 4,
          address: "ip-203-0-113-4",
          uid: "uid-4",
          certificateSHA256: hash("certificate 4"),
          ticketsSince: "2026-01-01T00:00:00Z",
          proxiesFrom: ["10.0.0.0/8", "2001:db8::/32"],
        },
      ],
    });
  });

  test("the order in which lanes and ranges come changes nothing", () => {
    const turned = fleet.open
      .map((open) => ({ ...open, proxiesFrom: [...open.proxiesFrom].reverse() }))
      .reverse();
    assert.deepEqual(
      renderPodConfig({ ...fleet, open: turned }, hash),
      renderPodConfig(fleet, hash),
    );
  });

  const changes: Record<string, Partial<PodConfigInput>> = {
    "another certificate": { open: [lane(0, { certificateSHA256: hash("new") }), fleet.open[0]!] },
    "another address": { open: [lane(0, { address: "ip-203-0-113-9" }), fleet.open[0]!] },
    "the same address claimed again": { open: [lane(0, { uid: "another" }), fleet.open[0]!] },
    "another ticket secret": {
      open: [lane(0, { tickets: { secret: "s", since: "2026-01-02T00:00:00Z" } }), fleet.open[0]!],
    },
    "a closed lane": { open: [lane(0)] },
    "another upstream": { upstream: { ...fleet.upstream, media: { servers: ["d.example:443"] } } },
    "another private network": { upstream: { ...fleet.upstream, privateNetworks: [] } },
    "a larger bank": { bank: 12 },
    "another limit": { limits: { ...fleet.limits, maxConnections: 100 } },
  };
  for (const [name, change] of Object.entries(changes)) {
    test(`${name} is another revision`, () =>
      assert.notEqual(lanesOf({ ...fleet, ...change })["revision"], lanesOf(fleet)["revision"]));
  }

  test("the digest sees no private key and no ticket secret", () => {
    const seen: string[] = [];
    renderPodConfig(fleet, (text) => (seen.push(text), "0"));
    assert.doesNotMatch(seen.join("\n"), /PRIVATE|secret \d/);
  });
});

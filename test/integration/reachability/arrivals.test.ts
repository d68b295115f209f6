import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { encodeSlots } from "../../../src/reachability/arrivals/saved.ts";
import { instant, minutes } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { podObject } from "../../objects/pod.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { SteadyGroups, day } from "../../unit/reachability/arrivals/steady.ts";
import { apply, list } from "../operator/operator.ts";
import { collectionOf, fleet, pool, vantagePoint } from "../samples.ts";
import { home } from "./measuring-operator.ts";
import { SteeredOperator } from "./steered-operator.ts";

const addresses = ["203.0.113.9", "203.0.113.10", "203.0.113.11"] as const;
const entryNames = addresses.map((address) => `ip-${address.replaceAll(".", "-")}`);
const entriesPath = collectionOf(entryObject() as never);
const pods = "/api/v1/namespaces/default/pods";
const keptPath = `/api/v1/namespaces/${home}/configmaps`;
const now = instant(Math.floor(Date.now() / minutes(1)) * minutes(1));

let server: ApiServer;
let operator: SteeredOperator;

/** Two sessions a minute from two hours ago on, until a night in eight hours; for ten days. */
function habits(): string {
  const hourNow = new Date(now).getUTCHours();
  const perHour = (hour: number) => ((hour - hourNow + 26) % 24 < 10 ? 120 : 0);
  const slots = addresses.map((_, slot) => ({ slot: `default/family/${slot}`, perHour }));
  const groups = new SteadyGroups(slots);
  groups.now = instant(now - minutes(10 * day));
  groups.live(10 * day, { address: (slot) => addresses[Number(slot.at(-1))] ?? "" });
  return encodeSlots(groups.watch.remember());
}

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await apply(server, namespaceObject(home));
  const metadata = { name: "proxyfleet-arrivals" };
  await create(keptPath, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    data: { slots: habits() },
  });
  await apply(
    server,
    pool({ addresses: ["203.0.113.0/26"] }),
    fleet({
      addresses: { count: 3, pools: [{ name: "metallb-a" }] },
      audience: { countries: ["IR"] },
      rotation: { maxAge: "0s" },
    }),
  );
  for (const [slot, address] of addresses.entries()) await publish(slot, address);
  for (const name of ["family-proxy-a", "family-proxy-b"]) await startPod(name);
  operator = await SteeredOperator.start(server, { now });
});
after(async () => {
  await operator?.stop();
  await server?.stop();
});

async function create(path: string, object: object): Promise<void> {
  const { code, body } = await server.call("POST", path, object);
  assert.equal(code, 201, JSON.stringify(body));
}

async function publish(slot: number, address: string): Promise<void> {
  const claimRef = { namespace: "default", name: "family", uid: "u", slot };
  const entry = entryObject({ address, slot, lane: slot, spec: { pool: "metallb-a", claimRef } });
  await create(entriesPath, entry);
  const status = { phase: "Serving", phaseSince: "2026-01-04T00:00:00Z", address };
  await server.patch(`${entriesPath}/${entry.metadata.name}/status`, { status });
}

async function startPod(name: string): Promise<void> {
  const labels = { "app.kubernetes.io/managed-by": "proxyfleet", "proxyfleet.dev/fleet": "family" };
  const spec = { containers: [{ name: "proxy", image: "proxy:1" }] };
  await create(pods, podObject({ name, namespace: "default", metadata: { labels }, spec }));
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  await server.patch(`${pods}/${name}/status`, { status });
}

/** Minutes in which each slot has so many sessions at each of the two pods. */
async function live(length: number, sessions: readonly number[]): Promise<void> {
  for (let minute = 0; minute < length; minute++) {
    operator.later(minutes(1));
    for (const [slot, name] of entryNames.entries())
      operator.sessions.set(name, (operator.sessions.get(name) ?? 0) + (sessions[slot] ?? 0));
    for (const pod of ["family-proxy-a", "family-proxy-b"])
      await operator.look("pod", `default/${pod}`);
    await operator.look("arrivals", "arrivals");
  }
}

async function verdictOf(slot: number) {
  const { body } = await server.call("GET", `${entriesPath}/${entryNames[slot]}`);
  return (body as unknown as ProxyAddress).status?.reachability?.[0];
}

async function isSaid(verdict: string) {
  return waitFor(`the verdict ${verdict}`, async () => {
    const said = await verdictOf(0);
    return said?.verdict === verdict ? said : undefined;
  });
}

describe("a lane to which nobody comes while people come to others", () => {
  test("says nothing as long as all have theirs", async () => {
    await live(5, [1, 1, 1]);
    assert.deepEqual(await Promise.all([0, 1, 2].map(verdictOf)), [
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("makes the verdict Suspected, in words, and of this address alone", async () => {
    operator.service.answer = () => ({ evidence: [], answer: { kind: "noProbes", message: "" } });
    await create(collectionOf(vantagePoint()), vantagePoint({ interval: "24h" }));
    await waitFor("the first round", () => operator.service.rounds.length > 0);
    await live(15, [0, 1, 1]);
    const { country, message } = await isSaid("Suspected");
    assert.equal(country, "IR");
    assert.match(
      message ?? "",
      /^\d+ new sessions an hour are usual at this time, none came in \d+ min, while other slots had \d+ % of theirs$/,
    );
    assert.deepEqual(await Promise.all([1, 2].map(verdictOf)), [undefined, undefined]);
  });

  test("lets vantage points test the address at once, and that one alone", async () => {
    await waitFor("a round of the suspected address", () =>
      operator.service.rounds.some((round) => round.join() === addresses[0]),
    );
  });

  test("moves nobody", async () => {
    await operator.look("fleet", "default/family");
    const entries = (await list(server, entriesPath)) as unknown as readonly ProxyAddress[];
    assert.deepEqual(
      entries.map(({ metadata, spec }) => `${metadata.name} ${spec.want}`).toSorted(),
      entryNames.map((name) => `${name} Serve`).toSorted(),
    );
  });

  test("is answered by a test that reaches the address, for as long as it is quiet", async () => {
    operator.service.answer = (evidence) => ({ evidence, answer: { kind: "worked" } });
    // Rounds that brought nothing have made it patient.
    await live(10, [0, 1, 1]);
    await operator.look("vantage-point", "globalping-ir");
    const { since } = await isSaid("Reachable");
    await live(20, [0, 1, 1]);
    await operator.look("reachability", entryNames[0] ?? "");
    const said = await verdictOf(0);
    assert.deepEqual([said?.verdict, said?.since], ["Reachable", since]);
  });

  test("is kept with what was learnt, for the next leader", async () => {
    const { body } = await server.call("GET", `${keptPath}/proxyfleet-arrivals`);
    const { slots } = body["data"] as { slots: string };
    const kept = slots.split("\n").map((line) => JSON.parse(line) as { suspicion?: object });
    assert.equal(kept.length, 3);
    assert.ok(kept.some(({ suspicion }) => JSON.stringify(suspicion)?.includes("alarmSince")));
  });
});

// Measures the operator with many fleets against etcd and an API server alone, beside what that server takes at most in the same run.
//   fleets.ts [fleets]     default: 1000, with two addresses each
import { cpus } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import {
  added,
  countedRequests,
  type Counts,
  resourceOf,
  together,
  total,
  writes,
} from "./fleets/counted-requests.ts";
import { FakeDataPlane } from "../test/stand-ins/cluster/fake-data-plane.ts";
import { createFleets, createPool, readyFleets } from "./fleets/create.ts";
import { mixLimit } from "./fleets/mix-limit.ts";
import { FakeControllers } from "../test/stand-ins/cluster/fake-controllers.ts";
import { BundledOperator } from "./fleets/bundled-operator.ts";
import { processFigures } from "../tooling/process-figures.ts";
import { writeLimit } from "./fleets/write-limit.ts";
import { ApiServer } from "../test/stand-ins/api-server/api-server.ts";
import { installCrds } from "../test/stand-ins/api-server/crds.ts";

const count = Number(process.argv[2] ?? 1000);
const addressesEach = 2;
const logFile = `${import.meta.dirname}/../.tools/logs/bench-operator.log`;
const settledFor = { lookMs: 6_000, watchMs: 15_000 };
/** The lease, and Events about it, are written for as long as there is an operator. */
const lease = ["leases"];

const say = (what: string, value: string): void => console.log(`${what.padEnd(44)} ${value}`);
const server = await ApiServer.start();
await installCrds(server);
await server.call("POST", "/api/v1/namespaces", {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "proxyfleet-system" },
});
const controllers = new FakeControllers(server.kubeconfig);
await controllers.start();
const dataPlane = await FakeDataPlane.open(controllers);
const apiPort = Number(new URL(server.url).port);
say(
  "machine",
  `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${new Date().toISOString().slice(0, 10)}`,
);

const limitBefore = await writeLimit(server, 4);
const operator = await BundledOperator.start(
  server.kubeconfig,
  logFile,
  process.env["BENCH_NODE_FLAGS"]?.split(" "),
);
try {
  const { mix, perSecond } = await measure();
  await operator.stop();
  await controllers.stop();
  const limit = await mixLimit(server, mix, 6);
  say(
    "the server's limit for the same mix of writes",
    `${limit.perSecond.toFixed(0)} writes/s, with ${limit.workers} workers`,
  );
  say("share of that limit", (perSecond / limit.perSecond).toFixed(2));
} finally {
  await operator.stop();
  dataPlane.close();
  await controllers.stop();
  await server.stop();
}

/**
 * Brings all fleets up, and tells what that took. Gives the writes of all clients by kind, and how
 * many there were a second.
 */
async function measure(): Promise<{ readonly mix: Counts; readonly perSecond: number }> {
  await createPool(controllers.client);
  const start = await countedRequests(operator.healthPort);
  const idle = await processFigures(operator.pid, apiPort);
  const began = performance.now();
  await createFleets(controllers.client, count, addressesEach);
  while (readyFleets(controllers) < count) await wait(100);
  const seconds = (performance.now() - began) / 1000;
  const busy = await processFigures(operator.pid, apiPort);
  const ready = await countedRequests(operator.healthPort);
  const own = writes(added(start, ready));
  const mix = together(controllers.writes, own, new Map([["create whatsappproxies", count]]));
  const all = total(mix);
  const limitAfter = await writeLimit(server, 4);
  const limit = (limitBefore.perSecond + limitAfter.perSecond) / 2;
  const children = 4 + addressesEach;

  say("fleets × addresses", `${count} × ${addressesEach}`);
  say(
    "until all fleets are ready",
    `${seconds.toFixed(1)} s (${(count / seconds).toFixed(1)} fleets/s)`,
  );
  say("writes of all clients", `${all}: operator ${total(own)}, bench ${all - total(own)}`);
  say("writes a second, all clients", (all / seconds).toFixed(0));
  say(
    "the server's limit for small objects",
    `${limitBefore.perSecond.toFixed(0)} before, ${limitAfter.perSecond.toFixed(0)} after, writes/s`,
  );
  say("share of that limit", (all / seconds / limit).toFixed(2));
  await settle();
  const settled = await countedRequests(operator.healthPort);
  report(added(start, settled), children);
  await wait(settledFor.watchMs);
  const later = await countedRequests(operator.healthPort);
  say(
    `writes when settled, in ${settledFor.watchMs / 1000} s`,
    String(total(writes(added(settled, later), lease))),
  );
  const end = await processFigures(operator.pid, apiPort);
  say("connections to the API server", `${busy.connections} busy, ${end.connections} settled`);
  say(
    "resident memory",
    `${idle.residentMb.toFixed(0)} MB idle, ${end.residentMb.toFixed(0)} MB settled, ${end.mostResidentMb.toFixed(0)} MB at most`,
  );
  say("CPU time until all are ready", `${(busy.cpuSeconds - idle.cpuSeconds).toFixed(1)} s`);
  return { mix, perSecond: all / seconds };
}

/** Waits until the operator sends nothing for a while. */
async function settle(): Promise<void> {
  for (let before = -1; ;) {
    const now = total(writes(await countedRequests(operator.healthPort), lease));
    if (now === before) return;
    before = now;
    await wait(settledFor.lookMs);
  }
}

function report(counts: Counts, children: number): void {
  const ofAddress = (key: string): boolean =>
    ["proxyaddresses", "proxyaddresses/status", "services"].includes(resourceOf(key));
  const without = new Map(
    [...counts].filter(([key]) => !key.startsWith("watch ") && !lease.includes(resourceOf(key))),
  );
  for (const [key, n] of [...without].toSorted(([, a], [, b]) => b - a))
    say(`  ${key}`, `${n} (${(n / count).toFixed(2)} a fleet)`);
  const address = total(new Map([...without].filter(([key]) => ofAddress(key))));
  const pool = total(
    new Map([...without].filter(([key]) => resourceOf(key).startsWith("addresspools"))),
  );
  const fleet = total(without) - address - pool;
  say("requests a fleet, beyond 4 children", (fleet / count - 4).toFixed(2));
  say("requests an address, beyond its Service", (address / count / addressesEach - 1).toFixed(2));
  say("requests for the pool", String(pool));
  say(
    "requests in all, beyond children, a fleet",
    ((total(without) - children * count) / count).toFixed(2),
  );
}

/**
 * Fleets come, move, change and go, while connections are cut and requests go wrong. When all is
 * gone, the operator holds what it held before.
 *
 * PROXYFLEET_SOAK_SECONDS says for how long (at least 30). That the soak finds a leak can be seen
 * with PROXYFLEET_SOAK_LEAK=connection (or descriptor, listener, memory): the same operator keeps
 * something of its requests for good then, and the test must fail.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FaultProxy } from "../../stand-ins/api-server/fault-proxy.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { Churn } from "./churn.ts";
import { type Figures, growth } from "./figures.ts";
import { SoakedOperator } from "./soaked-operator.ts";
import { makeTrouble } from "./trouble.ts";

const seconds = Math.max(30, Number(process.env["PROXYFLEET_SOAK_SECONDS"] ?? 30));
const warmUpSeconds = 8;
const leak = process.env["PROXYFLEET_SOAK_LEAK"];

let cluster: FakeCluster;
let server: ApiServer;
let proxy: FaultProxy;
let operator: SoakedOperator;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  proxy = await FaultProxy.start(server);
  operator = await SoakedOperator.start(
    proxy,
    leak === undefined ? [] : [join(import.meta.dirname, "plant-leak.ts")],
  );
});
after(async () => {
  await operator?.stop();
  await proxy?.stop();
  await cluster?.stop();
});

/**
 * Waits until the operator asks for nothing any more, then tells what it holds: the least of two
 * looks, since some of the first is its own.
 */
async function atRest(): Promise<Figures> {
  for (let before = -1; before !== proxy.asked.length; await wait(3_000))
    before = proxy.asked.length;
  await operator.figures();
  return operator.figures();
}

/** Churn and trouble for some seconds, until nothing is left of it. */
async function soak(churn: Churn, forSeconds: number): Promise<string> {
  const stop = new AbortController();
  const trouble = makeTrouble(proxy, stop.signal);
  const before = proxy.asked.length;
  const lives = await churn.go(forSeconds).finally(() => stop.abort());
  return `${lives} lives of fleets, ${await trouble} faults, ${proxy.asked.length - before} requests`;
}

test("an operator ends where it began: connections, open files, listeners, objects and memory", async (t) => {
  const churn = new Churn(server);
  await churn.prepare();
  t.diagnostic(`to warm up: ${await soak(churn, warmUpSeconds)}`);
  const begin = await atRest();
  t.diagnostic(`then: ${await soak(churn, seconds)}`);
  const end = await atRest();
  for (const [when, figures] of Object.entries({ begin, end }))
    t.diagnostic(`${when}: ${JSON.stringify(figures)}`);
  t.diagnostic(
    `log: ${[...operator.messages].map(([message, count]) => `${count} × ${message}`).join(", ")}`,
  );
  assert.deepEqual(growth(begin, end), []);
});

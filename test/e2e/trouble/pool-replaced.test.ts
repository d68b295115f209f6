import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AddressPool } from "../../../src/api/address-pool.ts";
import type { PublishedAddress } from "../../stand-ins/client/load.ts";
import { Reader } from "../docs/reader.ts";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, read, readIfAny } from "../stage/kubectl.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { HeaderBalancer } from "./balancers.ts";
import { Toll } from "../stage/toll.ts";

const name = "e2e-header";
const pods = "10.244.0.0/22";
const [one, another] = [2, 3];

/** What the runbook tells to type where a pool was deleted by mistake, about this pool. */
function wayBack(): string {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/runbook.md"), "utf8");
  const [, chapter = ""] = page.split("### A pool was deleted");
  const [own = ""] = chapter.split("\n### ");
  const blocks = [...own.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  return (blocks.at(-1) ?? "").replaceAll("metallb-a", name);
}

async function pool(): Promise<AddressPool> {
  return read<AddressPool>("wapool", name);
}

/** The networks of load balancers that the pool names. */
async function believe(...balancers: readonly number[]): Promise<void> {
  const from = [pods, ...balancers.map((last) => `198.51.100.${last}/32`)];
  const patch = JSON.stringify({ spec: { proxyProtocol: { from } } });
  await kubectl("patch", "wapool", name, "--type=merge", "-p", patch);
}

/** How many of some people in a row get an answer: they come to all pods. */
async function answered(at: PublishedAddress): Promise<number> {
  const calls = Array.from({ length: 8 }, async () => chat(at));
  const results = await Promise.allSettled(calls);
  return results.filter(({ status }) => status === "fulfilled").length;
}

describe("a pool whose load balancer sends PROXY headers", () => {
  const addresses = { count: 1, pools: [{ name }], externalTrafficPolicy: "Local" };
  const fleet = new TestFleet({
    name,
    addresses: ["203.0.113.80/28"],
    spec: { addresses },
    pool: { proxyProtocol: { version: "V2", from: [pods, `198.51.100.${one}/32`] } },
  });
  let balancer: HeaderBalancer;
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
    balancer = await HeaderBalancer.before((await fleet.published()).get(0)!, one);
  });
  after(async () => {
    balancer.end();
    await fleet.remove();
  });

  const people = async (t: Parameters<typeof Toll.at>[0]) =>
    Toll.at(t, balancer.entrance, async () => [balancer.entrance]);

  test("may be deleted by mistake: it stays, says who uses it, and comes back as the runbook says", async (t) => {
    const toll = await people(t);
    const before = await pool();
    await kubectl("delete", "wapool", name, "--wait=false");
    const deleting = await waitFor("the pool to say that it is kept", async () =>
      (await pool()).status?.conditions?.find(({ reason }) => reason === "Deleting"),
    );
    assert.match(deleting.message ?? "", /in use, by the fleets e2e-header\/e2e-header \(1\)/);
    await toll.everybodyIsAnswered();

    const reader = new Reader();
    t.after(() => reader.leave());
    await reader.type(wayBack());
    const made = await waitFor("the pool to be usable again", async () => {
      const found = await pool();
      const ready = found.status?.conditions?.find(({ type }) => type === "Ready");
      return ready?.status === "True" && found.metadata.deletionTimestamp === undefined
        ? found
        : undefined;
    });
    assert.notEqual(made.metadata.uid, before.metadata.uid);
    assert.deepEqual(made.spec, before.spec);
    await toll.everybodyIsAnswered();
    await toll.count(t);
  });

  test("may be gone for a while: its lanes believe the load balancer all the same", async (t) => {
    const toll = await people(t);
    await kubectl("delete", "wapool", name, "--wait=false");
    const none = '{"metadata":{"finalizers":null}}';
    await waitFor("the pool to be gone", async () => {
      if ((await readIfAny("wapool", name)) === undefined) return true;
      await kubectl("patch", "wapool", name, "--type=merge", "-p", none);
      return false;
    });
    const stalled = async () =>
      (await fleet.read()).status.conditions?.find(({ type }) => type === "Stalled");
    await waitFor("the fleet to say that its pool does not exist", async () =>
      (await stalled())?.message.includes("does not exist"),
    );
    await toll.everybodyIsAnswered();
    await toll.everybodyIsAnswered();
    await apply(fleet.pool());
    await waitFor("the fleet to have its pool again", async () => (await stalled()) === undefined);
    await toll.everybodyIsAnswered();
    await toll.count(t);
  });

  test("may get other load balancers, and lose them, while people are connected", async (t) => {
    const toll = await people(t);
    const second = await HeaderBalancer.before((await fleet.published()).get(0)!, another);
    t.after(() => second.end());
    assert.equal(await answered(second.entrance), 0, "nobody believes it yet");
    for (const [way, change, wanted] of [
      ["believed", async () => believe(one, another), 8],
      ["no longer believed", async () => believe(one), 0],
      ["believed again", async () => believe(one, another), 8],
    ] as const) {
      const since = performance.now();
      await change();
      await waitFor(
        `the new load balancer to be ${way} by all pods`,
        async () => (await answered(second.entrance)) === wanted,
        { seconds: 20 },
      );
      const seconds = ((performance.now() - since) / 1_000).toFixed(1);
      t.diagnostic(`the new load balancer was ${way} by all pods within ${seconds} s`);
    }
    await toll.everybodyIsAnswered();
    await toll.count(t);
  });
});

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { BusyFleets, settled, versions } from "./busy-fleets.ts";
import { Candidate, isWrite } from "./candidate.ts";

let server: ApiServer;
let fleets: BusyFleets;
let leader: Candidate;
let standby: Candidate;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await server.call("POST", "/api/v1/namespaces", namespaceObject("proxyfleet-system"));
});
beforeEach(async () => {
  leader ??= await Candidate.start(server);
  await leader.leads;
  standby = await Candidate.start(server);
  fleets = await BusyFleets.start(server);
});
afterEach(async () => fleets?.stop());
after(async () => {
  await Promise.all([...new Set([leader, standby])].map(async (candidate) => candidate?.stop()));
  await server?.stop();
});

const limit = { timeout: 90_000 };

/** Waits until the leader is busy, and the standby has filled its caches. */
async function busy(): Promise<void> {
  const already = leader.writes.length;
  while (leader.writes.length < already + 5 || !standby.proxy.asked.some(({ isWatch }) => isWatch))
    await wait(20);
}

/**
 * Waits for the standby to lead, and reports how long that took. It is the leader from then on; a
 * test gets a new standby.
 */
async function takeover(t: TestContext, since: number): Promise<Candidate> {
  const at = await standby.leads;
  t.diagnostic(`another operator led after ${((at - since) / 1000).toFixed(1)} s`);
  const deposed = leader;
  leader = standby;
  return deposed;
}

/** Writes of a deposed leader that the server answered after another one took over. */
function lateWrites({ writes }: Candidate, takenOverAt: number): readonly string[] {
  return writes.flatMap(({ method, path, answered }) =>
    answered !== undefined && answered.at > takenOverAt
      ? [`${answered.status} ${method} ${path}`]
      : [],
  );
}

describe("another operator takes over, and the deposed one changes nothing more", () => {
  test("when the leader is killed", limit, async (t) => {
    await busy();
    leader.signal("SIGKILL");
    const deposed = await takeover(t, performance.now());
    await deposed.stop();
  });

  test("when the leader reaches the API server no more", limit, async (t) => {
    await busy();
    const since = performance.now();
    leader.proxy.relay.part();
    const deposed = await takeover(t, since);
    deposed.proxy.relay.heal();
    assert.notEqual(
      await deposed.ended,
      0,
      "a leader that lost its lease must not end as if all were well",
    );
    assert.deepEqual(lateWrites(deposed, await leader.leads), []);
    await deposed.stop();
  });

  test(
    "when the leader stops amid its writes, and goes on after another has taken over",
    limit,
    async (t) => {
      await busy();
      const arrival = Promise.withResolvers<void>();
      const held: string[] = [];
      leader.proxy.script = (asked) => {
        if (!isWrite(asked)) return undefined;
        held.push(asked.path);
        return { kind: "late", until: arrival.promise };
      };
      while (held.length < 3) await wait(5);
      leader.signal("SIGSTOP");
      const deposed = await takeover(t, performance.now());
      await fleets.stop();
      const before = await settled(server);
      // Counted late: what had left when the signal came may have been on its way still.
      const pastTheCheck = held.length;
      arrival.resolve();
      deposed.signal("SIGCONT");
      assert.notEqual(
        await deposed.ended,
        0,
        "a leader that lost its lease must not end as if all were well",
      );
      const late = lateWrites(deposed, await leader.leads);
      for (const each of late) t.diagnostic(`late: ${each}`);
      t.diagnostic(
        `${late.length} writes came late; ${pastTheCheck} were past the lease check when the leader was stopped`,
      );
      assert.ok(late.length <= pastTheCheck);
      assert.deepEqual(await versions(server), before);
      await deposed.stop();
    },
  );
});

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { directReader } from "../../../src/pods/io/status-reader.ts";
import type { TestFleet } from "../stage/fleet.ts";
import { Crowd, pesterAt } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { servingPods } from "../stage/pods.ts";
import { clients, perClient, sharedFleet } from "./stage.ts";

describe("clients that mean no good, or know no better", () => {
  let fleet: TestFleet;
  before(async () => {
    fleet = await sharedFleet();
  });

  test("are ended, honest ones notice nothing, and nothing of them stays", async (t) => {
    const own = (await fleet.published()).get(0)!;
    const honest = new Crowd(async () => [own]);
    const many = { connections: 50 };
    const [silent, slow, garbage, http, header, flood] = await Promise.all([
      pesterAt({ host: own.host, port: own.chat }, "silent", { ...many, from: clients[0]! }),
      pesterAt({ host: own.host, port: own.chat }, "slow", { ...many, from: clients[1]! }),
      pesterAt({ host: own.host, port: own.chat }, "garbage", { ...many, from: clients[2]! }),
      pesterAt({ host: own.host, port: own.chat }, "http", { ...many, from: clients[3]! }),
      pesterAt({ host: own.host, port: own.chat }, "proxy-header", { ...many, from: clients[4]! }),
      pesterAt({ host: own.host, port: own.media }, "silent", {
        connections: 6 * perClient,
        from: clients[5]!,
        timeoutMs: 5_000,
      }),
    ]);
    for (const idle of [silent, slow]) {
      assert.equal(idle.ended, many.connections);
      assert.ok(
        idle.slowestMs < 25_000,
        `a handshake that goes nowhere was ended after ${idle.slowestMs} ms`,
      );
    }
    for (const loud of [garbage, http, header]) {
      assert.equal(loud.ended, many.connections);
      assert.ok(loud.slowestMs < 10_000, `nonsense was ended after ${loud.slowestMs} ms`);
    }
    const held = flood.connections - flood.ended;
    assert.ok(
      held <= 2 * perClient,
      `one client held ${held} connections on two pods with a limit of ${perClient} each`,
    );
    assert.ok(held > 0, "a client under its limit is let in");
    const { connections } = await honest.goHome();
    assert.deepEqual(honest.failures, []);
    await waitFor("all sessions to be over", async () => {
      const statuses = await Promise.all((await servingPods(fleet.name)).map(directReader()));
      return statuses.every(({ lanes }) => lanes.every(({ sessions }) => sessions === 0));
    });
    t.diagnostic(
      `of ${flood.connections} connections of one client ${held} were taken; ${connections} honest ones, 0 failed`,
    );
  });
});

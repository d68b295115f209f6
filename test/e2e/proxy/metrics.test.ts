import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TestFleet } from "../stage/fleet.ts";
import { Crowd, pesterAt } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { operatorMetrics } from "./operator-metrics.ts";
import { clients, sharedFleet } from "./stage.ts";

describe("the operator's metrics, while people come and go", () => {
  let fleet: TestFleet;
  let people: Crowd | undefined;
  before(async () => {
    fleet = await sharedFleet();
    const own = (await fleet.published()).get(0)!;
    people = new Crowd(async () => [own]);
    await pesterAt({ host: own.host, port: own.chat }, "garbage", {
      connections: 5,
      from: clients[0]!,
    });
  });
  after(async () => void (await people?.goHome()));

  test("have sessions, bytes and failed handshakes by slot, and no address", async () => {
    const text = await waitFor("as many sessions as people have begun", async () => {
      const metrics = await operatorMetrics();
      return value(metrics, "proxyfleet_sessions_total") > 100 ? metrics : undefined;
    });
    assert.ok(value(text, "proxyfleet_bytes_total", ',direction="in"') > 1_000);
    assert.ok(value(text, "proxyfleet_bytes_total", ',direction="out"') > 1_000);
    assert.ok(value(text, "proxyfleet_handshake_failures_total") > 0);
    assert.doesNotMatch(text, /\b203[.-]0[.-]113[.-]\d/);
  });

  function value(metrics: string, name: string, more = ""): number {
    const labels = `namespace="${fleet.name}",fleet="${fleet.name}",slot="0"${more}`;
    return Number(new RegExp(`^${name}{${labels}} (\\d+)$`, "m").exec(metrics)?.[1] ?? 0);
  }
});

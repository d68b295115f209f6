import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { type Instant, hours, millis, seconds } from "../../../src/values/time.ts";
import { Stage, fleetKey } from "./history/stage.ts";

const fortyDays = hours(40 * 24);

/** A fleet of two slots that has moved some times, so that addresses drain and rest. */
async function oldFleet(): Promise<Stage> {
  const stage = new Stage({ seed: 7, size: "roomy", provider: "MetalLB" });
  await passes(stage, 20);
  const [first] = stage.entries;
  stage.cluster.people.reportBlocked(fleetKey, `${first?.spec.address} IR yesterday`);
  await passes(stage, 60);
  stage.cluster.people.rotate(fleetKey, "please");
  await passes(stage, 10);
  return stage;
}

async function passes(stage: Stage, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await stage.pass(1);
    stage.check();
  }
}

const wants = (stage: Stage) => stage.entries.map(({ name, spec }) => `${name} ${spec.want}`);

/** The operator's clock is wrong for a while, and the API server's contradicts it. */
async function inDoubt(stage: Stage, by: number, during: () => Promise<void>): Promise<void> {
  const { clock } = stage.cluster;
  clock.isDoubtful = true;
  clock.set(millis(by));
  await during();
  clock.set(millis(-by));
  clock.isDoubtful = false;
}

describe("a clock that is 40 days ahead for 13 seconds", () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await oldFleet();
    assert.deepEqual(
      new Set(stage.entries.map(({ spec }) => spec.want)),
      new Set(["Serve", "Drain", "Quarantine"]),
    );
  });

  test("makes the operator forget no address that rests, end no drain, and move nobody", async () => {
    const before = wants(stage);
    await inDoubt(stage, fortyDays, async () => {
      await passes(stage, 13);
      assert.deepEqual(wants(stage), before);
      const { conditions = [] } = stage.fleet?.status ?? {};
      const said = conditions.find(({ type }) => type === "ClocksAgree");
      assert.deepEqual([said?.status, said?.reason], ["False", "ClocksDiffer"]);
    });
    await passes(stage, 2);
    const { conditions = [] } = stage.fleet?.status ?? {};
    assert.ok(!conditions.some(({ type }) => type === "ClocksAgree"));
  });

  test("leaves nothing behind that waits for 40 days: drains end, and slots move by age again", async () => {
    await inDoubt(stage, fortyDays, async () => {
      const published = stage.entries.find(({ status }) => status?.phase === "Serving");
      stage.cluster.people.reportBlocked(fleetKey, `${published?.spec.address} IR now`);
      await passes(stage, 13);
    });
    const end: Instant = stage.cluster.clock.now();
    await passes(stage, 3);
    const known = new Set(stage.entries.map(({ name }) => name));
    for (let waited = 0; waited < 1_200; waited += 20) {
      await stage.pass(20);
      stage.check();
    }
    const late = stage.entries.filter(
      ({ spec }) =>
        spec.want === "Drain" && Date.parse(spec.drainUntil ?? "") > end + seconds(1_300),
    );
    assert.deepEqual(late, [], "every drain ends soon");
    const serving = stage.entries.filter(({ spec }) => spec.want === "Serve");
    assert.ok(
      serving.some(({ name, spec }) => !known.has(name) && spec.cause === "Age"),
      "slots move by age",
    );
  });

  test("goes on forgetting what has rested long enough, once the clocks agree", async () => {
    await inDoubt(stage, fortyDays, async () => passes(stage, 13));
    const resting = stage.entries.filter(({ spec }) => spec.want === "Quarantine");
    await passes(stage, 130);
    const left = new Set(stage.entries.map(({ name }) => name));
    assert.deepEqual(
      resting
        .filter(({ name, spec }) => left.has(name) && spec.want === "Quarantine")
        .filter(
          ({ spec }) => Date.parse(spec.quarantineUntil ?? "") < stage.cluster.clock.now() - 60_000,
        ),
      [],
    );
  });
});

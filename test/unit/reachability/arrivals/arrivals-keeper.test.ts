import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { pino } from "pino";
import type { CustomObject, Pod } from "../../../../src/kubernetes/objects.ts";
import type { PodStatus } from "../../../../src/pods/status.ts";
import { ArrivalsKeeper } from "../../../../src/reachability/arrivals/io/arrivals-keeper.ts";
import type { Remembered } from "../../../../src/reachability/arrivals/watch.ts";
import type { Evidence } from "../../../../src/reachability/evidence.ts";
import { WorkQueue } from "../../../../src/runtime/queue.ts";
import { type Instant, minutes, plus } from "../../../../src/values/time.ts";
import { entryObject } from "../../../objects/ledger-entry.ts";
import { fleetObject, fleetUid } from "../../../objects/fleet.ts";
import { podObject } from "../../../objects/pod.ts";
import { worked } from "../build.ts";
import { SteadyGroups, byDay, day, hour } from "./steady.ts";

const log = pino({ level: "silent" });
const addresses = ["203.0.113.9", "203.0.113.10", "203.0.113.11"] as const;
const entryName = (address: string) => `ip-${address.replaceAll(".", "-")}`;
const ready = { conditions: [{ type: "Ready", status: "True" }] };

/** Three slots of the fleet family, at 60 sessions an hour by day; habits of ten days are known. */
const settled = new SteadyGroups(
  addresses.map((_, slot) => ({ slot: `proxies/family/${slot}`, perHour: byDay(60) })),
);
settled.live(10 * day + 10 * hour, { address: (slot) => addresses[Number(slot.at(-1))] ?? "" });

/** One fleet with its pods, minute by minute, and what is kept of its slots. */
class Stage {
  now: Instant = settled.now;
  spec: Record<string, unknown> = { audience: { countries: ["IR"] } };
  pods: Pod[] = ["a", "b"].map((name) => podObject({ name, status: ready }));
  readonly silent = new Set<string>();
  readonly totals = new Map<string, number[]>();
  readonly raised: Evidence[] = [];
  kept: readonly Remembered[] | undefined = settled.watch.remember();
  phase = "Serving";
  writes = 0;
  failure: Error | undefined;
  hear: (addresses: readonly string[], news: readonly Evidence[]) => void = () => undefined;
  keeper = this.start();

  start(): ArrivalsKeeper {
    const entries = addresses.map((address, slot) =>
      entryObject({
        address,
        slot,
        status: { phase: this.phase, phaseSince: "2026-01-04T00:00:00Z" },
      }),
    );
    const stores = {
      fleets: { list: (): CustomObject[] => [this.#fleet()] },
      addresses: { by: () => entries },
      pods: { by: () => this.pods },
    };
    this.keeper = new ArrivalsKeeper({
      caches: stores as never,
      reports: { answer: (key) => this.#answer(key) },
      evidence: {
        add: (evidence) => this.raised.push(...evidence),
        onNews: (listener) => (this.hear = listener),
      },
      store: {
        read: async () => this.kept,
        write: async (remembered) => {
          this.writes++;
          if (this.failure !== undefined) throw this.failure;
          this.kept = remembered;
        },
      },
      queue: new WorkQueue({ now: () => 0, random: () => 0, timer: () => () => undefined }),
      now: () => this.now,
    });
    return this.keeper;
  }

  /** Minutes in which each slot has so many sessions. */
  async live(length: number, perMinute: readonly number[] = [1, 1, 1]): Promise<void> {
    for (let minute = 0; minute < length; minute++) {
      this.now = plus(this.now, minutes(1));
      this.count(perMinute);
      await this.look();
    }
  }

  /** At one pod in turn, so that there is one a minute in all. */
  count(perMinute: readonly number[]): void {
    const serving = this.pods.filter(({ status }) => status === ready);
    const pod = serving[Math.floor(this.now / minutes(1)) % serving.length]?.metadata.name;
    if (pod === undefined) return;
    const totals = this.totals.get(pod) ?? [0, 0, 0];
    this.totals.set(
      pod,
      totals.map((total, slot) => total + (perMinute[slot] ?? 0)),
    );
  }

  async look() {
    return this.keeper.controller.reconcile("arrivals", log);
  }

  /** Addresses that there was evidence against. */
  get suspects(): readonly string[] {
    return [...new Set(this.raised.map(({ address }) => address))];
  }

  #fleet(): CustomObject {
    return fleetObject({ metadata: { uid: fleetUid }, spec: this.spec });
  }

  #answer(key: string) {
    const pod = key.split("/")[1] ?? "";
    const lanes = addresses.map((address, lane) => ({
      lane,
      open: true,
      address: entryName(address),
      sessionsTotal: this.totals.get(pod)?.[lane] ?? 0,
    }));
    const status: PodStatus = { revision: "r", lanes };
    return { at: this.now, status: this.silent.has(pod) ? undefined : status };
  }
}

let stage: Stage;
beforeEach(async () => {
  stage = new Stage();
  await stage.look();
});

describe("a quiet lane of a fleet", () => {
  test("is evidence, told as often as it ages", async () => {
    await stage.live(60);
    assert.deepEqual(stage.suspects, []);
    await stage.live(60, [0, 1, 1]);
    assert.deepEqual(stage.suspects, [addresses[0]]);
    const [first, second] = stage.raised;
    assert.deepEqual(
      [first?.kind, second?.at],
      ["arrivals", plus(first?.at as Instant, minutes(15))],
    );
    assert.match(
      first?.kind === "arrivals" ? first.message : "",
      /^6\d new sessions an hour are usual at this time, none came in \d+ min/,
    );
  });

  test("shows beside a pod that does not serve, and says nothing", async () => {
    stage.pods.push(podObject({ name: "c" }));
    stage.silent.add("c");
    await stage.live(60, [0, 1, 1]);
    assert.deepEqual(stage.suspects, [addresses[0]]);
  });

  test("is none where the fleet ignores arrivals", async () => {
    stage.spec = { ...stage.spec, reachability: { traffic: "Ignore" } };
    await stage.live(60, [0, 1, 1]);
    assert.deepEqual(stage.raised, []);
  });

  test("is no less quiet for tests of our own", async () => {
    for (let minute = 0; minute < 60; minute++) {
      await stage.live(1, [2, 1, 1]);
      const tests = ["control", "other"].map((name) => worked(name, 0, { at: stage.now }));
      stage.hear([addresses[0]], tests);
    }
    assert.deepEqual(stage.suspects, [addresses[0]]);
  });

  const gaps: Record<string, () => void> = {
    "a pod is silent": () => stage.silent.add("b"),
    "a pod is new each minute": () =>
      (stage.pods[1] = podObject({ name: `b${stage.now}`, status: ready })),
    "a pod starts again each minute": () => stage.totals.delete("b"),
  };
  for (const [name, spoil] of Object.entries(gaps))
    test(`is not made up where ${name}`, async () => {
      for (let minute = 0; minute < 60; minute++) {
        spoil();
        await stage.live(1, [1, 1, 1]);
      }
      assert.deepEqual(stage.raised, []);
    });

  test("is looked at once a minute, however often the key comes", async () => {
    await stage.live(60);
    for (let second = 0; second < 50; second++) {
      stage.now = plus(stage.now, minutes(1 / 60));
      assert.deepEqual(await stage.look(), { kind: "requeue", afterMs: 59_000 - second * 1_000 });
    }
  });
});

describe("what was learnt of slots", () => {
  test("is written once an hour", async () => {
    await stage.live(59);
    assert.equal(stage.writes, 0);
    await stage.live(1);
    assert.equal(stage.writes, 1);
    await stage.live(120);
    assert.equal(stage.writes, 3);
  });

  test("is written at once where a suspicion begins or ends", async () => {
    await stage.live(30, [0, 1, 1]);
    assert.deepEqual([stage.suspects.length, stage.writes], [1, 1]);
    await stage.live(25, [1, 1, 1]);
    assert.equal(stage.writes, 2);
  });

  test("outlives a restart, suspicions too", async () => {
    await stage.live(30, [0, 1, 1]);
    const [first] = stage.raised.splice(0);
    stage.start();
    await stage.look();
    await stage.live(4, [0, 1, 1]);
    const [again] = stage.raised;
    assert.deepEqual(
      [again?.address, again?.kind === "arrivals" && again.since],
      [addresses[0], first?.kind === "arrivals" && first.since],
    );
  });

  test("is written a minute later where the server refuses it, and works on meanwhile", async () => {
    await stage.live(59);
    stage.failure = new Error("no");
    await stage.live(1);
    stage.now = plus(stage.now, minutes(1));
    assert.equal((await stage.look()).kind, "failed");
    stage.failure = undefined;
    await stage.live(1);
    assert.equal(stage.writes, 3);
    await stage.live(5);
    assert.equal(stage.writes, 3);
  });

  test("is written at once where nothing was kept: a missing right shows then", async () => {
    stage.kept = undefined;
    stage.start();
    await stage.live(30);
    assert.equal(stage.writes, 1);
  });

  test("is nothing while there is no published address, and is not written then", async () => {
    stage.kept = undefined;
    stage.phase = "Verifying";
    stage.start();
    await stage.live(130);
    assert.equal(stage.writes, 0);
  });
});

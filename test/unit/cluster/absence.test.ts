import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { type Absence, isAbsenceStale, isGone } from "../../../src/cluster/absence.ts";
import { Absences } from "../../../src/cluster/io/absences.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { yieldToEventLoop } from "../../../src/runtime/clock.ts";
import { Inquiries } from "../../../src/runtime/inquiries.ts";
import { type Instant, millis, minutes, plus } from "../../../src/values/time.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { at, noon } from "../rotation/build.ts";

const log = pino({ level: "silent" });

describe("a fleet that the cache does not have", () => {
  const cases: Record<string, { absence: Absence | undefined; gone: boolean; stale: boolean }> = {
    "is asked for first": { absence: undefined, gone: false, stale: true },
    "may come back within five minutes": {
      absence: { forMs: millis(299_999), at: noon },
      gone: false,
      stale: false,
    },
    "is gone once it was missing for five minutes": {
      absence: { forMs: minutes(5), at: at(-29.999) },
      gone: true,
      stale: false,
    },
    "is asked for again before that is believed, where the answer is old": {
      absence: { forMs: minutes(5), at: at(-30) },
      gone: false,
      stale: true,
    },
    "is asked for again where the clock was set back": {
      absence: { forMs: minutes(5), at: at(1) },
      gone: false,
      stale: true,
    },
  };
  for (const [name, { absence, gone, stale }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual([isGone(absence, noon), isAbsenceStale(absence, noon)], [gone, stale]),
    );
});

describe("the wait for a fleet", () => {
  const question = {
    subject: "fleet proxies/family",
    fleet: { namespace: "proxies", name: "family" },
  };
  const there = fleetObject({ metadata: liveMeta("u1", { resourceVersion: "9" }) });

  /** Two clocks that a test sets, and a server whose fleets it chooses. */
  function bench() {
    const world = { wall: noon, ms: 0, items: [] as CustomObject[], isDown: false };
    const client = {
      list: async () => {
        if (world.isDown) throw new Error("the server is down");
        return { items: world.items, resourceVersion: "1", continueToken: undefined };
      },
    } as unknown as ConstructorParameters<typeof Absences>[0]["client"];
    const fleets = new Store<CustomObject>();
    const inquiries = new Inquiries<Instant>({ atOnce: 1, deadlineMs: 60_000, log });
    const clocks = { now: () => world.wall, clock: () => world.ms };
    const absences = new Absences({ client, fleets, inquiries, ...clocks, log });
    const pass = (by: number) => {
      world.ms += by;
      world.wall = plus(world.wall, millis(by));
    };
    const ask = async () => {
      absences.ask(question, () => undefined);
      for (let turn = 0; turn < 5; turn++) await yieldToEventLoop();
      return absences.answer(question);
    };
    return { world, fleets, absences, pass, ask };
  }

  test("lasts from the first time that the server had none", async () => {
    const { pass, ask } = bench();
    assert.deepEqual(await ask(), { forMs: 0, at: noon });
    pass(minutes(4));
    assert.equal((await ask())?.forMs, minutes(4));
    pass(minutes(2));
    assert.equal((await ask())?.forMs, minutes(6));
  });

  test("is not over because the clock jumped by forty days", async () => {
    const { world, pass, ask } = bench();
    await ask();
    world.wall = plus(world.wall, millis(40 * 24 * 3_600_000));
    pass(1_000);
    assert.equal((await ask())?.forMs, 1_000);
  });

  test("begins again once the fleet was seen in between", async () => {
    const { fleets, absences, pass, ask } = bench();
    await ask();
    pass(minutes(4));
    fleets.recordEvent("ADDED", there);
    fleets.recordEvent("DELETED", {
      ...there,
      metadata: { ...there.metadata, resourceVersion: "10" },
    });
    assert.equal(absences.answer(question), undefined);
    assert.equal((await ask())?.forMs, 0);
  });

  test("ends where the server has the fleet, and the cache learns of it", async () => {
    const { world, fleets, ask } = bench();
    await ask();
    world.items = [there];
    assert.equal(await ask(), undefined);
    assert.equal(fleets.size, 1);
  });

  test("is no longer for a server that gives no answer, and is not asked again at once", async () => {
    const { world, pass, ask } = bench();
    await ask();
    pass(minutes(6));
    world.isDown = true;
    assert.deepEqual(await ask(), { forMs: 0, at: world.wall });
    world.isDown = false;
    assert.equal((await ask())?.forMs, minutes(6), "the server confirms it once more");
  });

  test("is forgotten with the last of its entries", async () => {
    const { absences, ask } = bench();
    await ask();
    absences.forget(question);
    assert.equal(absences.answer(question), undefined);
  });
});

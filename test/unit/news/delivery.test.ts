import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Attempt } from "../../../src/news/attempt.ts";
import { eventOf } from "../../../src/news/event.ts";
import { registerNewsMetrics } from "../../../src/news/io/metrics.ts";
import type { NewsItem } from "../../../src/news/item.ts";
import { Metrics } from "../../../src/runtime/metrics.ts";
import { hours, minutes, plus, seconds } from "../../../src/values/time.ts";
import { item, noon, receiver } from "./build.ts";
import { DeliveryStage } from "./stage.ts";

const delivered: Attempt = { kind: "delivered" };
const failed: Attempt = { kind: "failed", why: "it answered 500" };

/** News of a slot that happened so many seconds after noon. */
const ofSlot = (slot: number, s: number, given: Partial<NewsItem> = {}): NewsItem =>
  item({ subject: `proxies/family/${slot}`, at: plus(noon, seconds(s)), ...given });
const idOf = (one: NewsItem) => eventOf(one, false)?.id ?? "";

async function metricsOf({ couriers }: DeliveryStage): Promise<string> {
  const metrics = new Metrics();
  registerNewsMetrics(metrics, couriers);
  let text = "";
  for await (const piece of metrics.text()) text += piece;
  return text;
}

describe("deliveries", () => {
  test("of all slots come in the end, though few go at once", async () => {
    let [open, most, count] = [0, 0, 0];
    const stage = new DeliveryStage(async () => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      count += 1;
      return delivered;
    });
    stage.start([receiver()]);
    stage.offer(Array.from({ length: 50 }, (_, slot) => ofSlot(slot, 0)));
    await stage.quiet();
    assert.ok(most <= 8);
    assert.equal(count, 50);
    await stage.kill();
  });

  test("of other slots and other receivers go on while one is failing", async () => {
    const took: string[] = [];
    const bad = ofSlot(0, 0);
    const hung = Promise.withResolvers<Attempt>();
    const stage = new DeliveryStage(async ({ name }, { id }) => {
      if (name === "slow") return hung.promise;
      if (id === idOf(bad)) return failed;
      took.push(id);
      return delivered;
    });
    stage.start([receiver({ name: "slow" }), receiver()]);
    const items = [bad, ...Array.from({ length: 20 }, (_, slot) => ofSlot(slot + 1, 0))];
    stage.offer(items);
    await stage.quiet(8);
    assert.deepEqual(took.toSorted(), items.slice(1).map(idOf).toSorted());
    await stage.kill();
    hung.resolve(delivered);
  });

  test("begin no more once this process leads no longer", async () => {
    const hung = Promise.withResolvers<Attempt>();
    let tries = 0;
    const stage = new DeliveryStage(async () => ((tries += 1), hung.promise));
    stage.start([receiver()]);
    stage.offer(Array.from({ length: 20 }, (_, slot) => ofSlot(slot, 0)));
    await stage.quiet(8);
    await stage.kill();
    hung.resolve(delivered);
    await stage.quiet();
    assert.equal(tries, 8);
  });

  test("of a slot wait for the one before", async () => {
    const tries: string[] = [];
    const [first, second] = [ofSlot(0, 0), ofSlot(0, 1)];
    let answer: Attempt = failed;
    const stage = new DeliveryStage(async (_, { id }) => (tries.push(id), answer));
    stage.start([receiver()]);
    stage.offer([first, second]);
    await stage.pass(seconds(4));
    assert.ok(tries.length > 1 && tries.every((id) => id === idOf(first)));
    answer = delivered;
    await stage.pass(seconds(30));
    assert.deepEqual(tries.slice(-2), [idOf(first), idOf(second)]);
    await stage.kill();
  });

  test("come in pauses that grow to a quarter of an hour, and end after a day", async () => {
    const at: number[] = [];
    const stage = new DeliveryStage(async () => (at.push(stage.clock), failed));
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0)]);
    await stage.pass(hours(25));
    const waits = at.slice(1).map((time, index) => time - at[index]!);
    assert.deepEqual(waits.slice(0, 4), [750, 1_500, 3_000, 6_000]);
    assert.equal(waits.at(-1), 0.75 * minutes(15));
    assert.ok(at.at(-1)! < hours(24) && at.at(-1)! > hours(23));
    assert.match(await metricsOf(stage), /dropped_total\{receiver="bot",reason="GaveUp"\} 1/);
    await stage.kill();
  });

  test("wait as long as the receiver asks, for all of its slots", async () => {
    const at: number[] = [];
    const stage = new DeliveryStage(async () => {
      at.push(stage.clock);
      return stage.clock === 0 ? { ...failed, retryAfter: minutes(5) } : delivered;
    });
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0)]);
    await stage.quiet();
    stage.offer([ofSlot(1, 0)]);
    await stage.pass(minutes(10));
    assert.deepEqual(at, [0, minutes(5), minutes(5)]);
    await stage.kill();
  });

  test("that are refused are not tried again, and the log says what to do", async () => {
    const tries: string[] = [];
    const stage = new DeliveryStage(async (_, { id }) => {
      tries.push(id);
      return { kind: "refused", why: "it answered 405: check the receiver's url" };
    });
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0), ofSlot(0, 1)]);
    await stage.pass(hours(1));
    assert.equal(tries.length, 2);
    assert.match(stage.lines.join(""), /"level":40.*check the receiver's url.*news was dropped/);
    await stage.kill();
  });

  const denied: Attempt = { kind: "denied", why: "it answered 401: check the secret" };

  test("that are denied are tried again for an hour, and then dropped", async () => {
    const at: number[] = [];
    const stage = new DeliveryStage(async () => (at.push(stage.clock), denied));
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0)]);
    await stage.pass(hours(1) - 1);
    assert.ok(at.length > 10);
    assert.doesNotMatch(stage.lines.join(""), /news was dropped/);
    await stage.pass(minutes(15));
    assert.match(stage.lines.join(""), /check the secret.*news was dropped/);
    assert.match(await metricsOf(stage), /dropped_total\{receiver="bot",reason="Refused"\} 1/);
    const tries = at.length;
    await stage.pass(hours(2));
    assert.equal(at.length, tries);
    await stage.kill();
  });

  test("that are denied come once somebody mends the receiver, and the log says at once what to do", async () => {
    let answer: Attempt = denied;
    const took: string[] = [];
    const stage = new DeliveryStage(async (_, { id }) => {
      if (answer.kind === "delivered") took.push(id);
      return answer;
    });
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0), ofSlot(0, 1)]);
    await stage.pass(minutes(50));
    const warnings = stage.lines.filter((line) => line.includes('"level":40'));
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(""), /check the secret.*will be tried again/);
    answer = delivered;
    await stage.pass(minutes(15));
    assert.deepEqual(took, [idOf(ofSlot(0, 0)), idOf(ofSlot(0, 1))]);
    await stage.kill();
  });

  test("count the hour of denials from the last time that something else was wrong", async () => {
    let tries = 0;
    const stage = new DeliveryStage(async () => {
      tries += 1;
      return stage.clock > minutes(40) && stage.clock < minutes(60) ? failed : denied;
    });
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0)]);
    await stage.pass(minutes(105));
    assert.doesNotMatch(stage.lines.join(""), /news was dropped/);
    await stage.pass(minutes(45));
    assert.match(stage.lines.join(""), /news was dropped/);
    await stage.kill();
  });

  test("leave room for the newest: what is obsolete goes first, counted and in the log", async () => {
    const took: string[] = [];
    let answer: Attempt = failed;
    const stage = new DeliveryStage(async (_, { id }) => {
      if (answer.kind === "delivered") took.push(id);
      return answer;
    });
    stage.start([receiver()], 2);
    const items = [ofSlot(1, 0), ofSlot(0, 1), ofSlot(0, 2)];
    stage.offer(items);
    await stage.quiet();
    answer = delivered;
    await stage.pass(minutes(1));
    assert.deepEqual(took.toSorted(), [idOf(items[0]!), idOf(items[2]!)].toSorted());
    assert.match(await metricsOf(stage), /dropped_total\{receiver="bot",reason="Full"\} 1/);
    await stage.kill();
  });

  test("are only of the kinds that a receiver asks for", async () => {
    const took: string[] = [];
    const stage = new DeliveryStage(async (_, { kind }) => (took.push(kind), delivered));
    stage.start([receiver({ kinds: ["Blocked"] })]);
    stage.offer([ofSlot(0, 0), ofSlot(0, 1, { kind: "Blocked" })]);
    await stage.quiet();
    assert.deepEqual(took, ["Blocked"]);
    await stage.kill();
  });

  test("are not of what happened more than an hour ago", async () => {
    let tries = 0;
    const stage = new DeliveryStage(async () => ((tries += 1), delivered));
    stage.start([receiver()]);
    stage.offer([ofSlot(0, -3_600)]);
    await stage.quiet();
    assert.equal(tries, 0);
    stage.offer([ofSlot(0, -3_599)]);
    await stage.quiet();
    assert.equal(tries, 1);
    await stage.kill();
  });

  test("are told in metrics", async () => {
    let answer: Attempt = failed;
    const stage = new DeliveryStage(async () => answer);
    stage.start([receiver()]);
    stage.offer([ofSlot(0, 0)]);
    await stage.quiet();
    assert.match(await metricsOf(stage), /news_receiver_working\{receiver="bot"\} 0/);
    assert.match(await metricsOf(stage), /news_waiting\{receiver="bot"\} 1/);
    answer = delivered;
    await stage.pass(minutes(1));
    const text = await metricsOf(stage);
    assert.match(text, /news_receiver_working\{receiver="bot"\} 1/);
    assert.match(text, /news_retries_total\{receiver="bot"\} 1/);
    assert.match(text, /news_delivered_total\{receiver="bot",kind="Published"\} 1/);
    assert.match(text, /news_last_success_timestamp_seconds\{receiver="bot"\} \d/);
    await stage.kill();
  });

  describe("whose link is not known", () => {
    const link = { link: "https://wa.me/x", host: "h", chatPort: 1, mediaPort: 2 };

    /** Looks once a minute, as the operator does: at news without a link until `linkedAt`, if ever. */
    async function looks(stage: DeliveryStage, forMs: number, linkedAt = Infinity): Promise<void> {
      for (const end = stage.clock + forMs; stage.clock < end;) {
        const isLinked = stage.clock >= linkedAt;
        const isNews = stage.clock < hours(1);
        stage.offer(isNews ? [ofSlot(0, 0, { link: isLinked ? link : undefined })] : []);
        await stage.pass(minutes(1));
      }
    }
    const said = ({ lines }: DeliveryStage, words: RegExp) =>
      lines.filter((line) => words.test(line)).length;
    const stageOf = (took: string[] = [], links = true) => {
      const stage = new DeliveryStage(async (_, { body }) => (took.push(body), delivered));
      stage.start([receiver({ links }), receiver({ name: "plain" })]);
      return stage;
    };

    test("are reported once, after minutes, and counted meanwhile", async () => {
      const stage = stageOf();
      await looks(stage, minutes(5));
      assert.equal(said(stage, /"level":40/), 0);
      assert.match(await metricsOf(stage), /news_awaiting_link\{receiver="bot"\} 1/);
      assert.match(await metricsOf(stage), /news_awaiting_link\{receiver="plain"\} 0/);
      await looks(stage, minutes(30));
      assert.equal(said(stage, /"level":40.*proxies\/family\/0.*news waits for links/), 1);
      await stage.kill();
    });

    test("are dropped after an hour, with a line and a count", async () => {
      const stage = stageOf();
      await looks(stage, minutes(63));
      assert.equal(said(stage, /proxies\/family\/0.*NoLink.*news was dropped/), 1);
      const text = await metricsOf(stage);
      assert.match(text, /dropped_total\{receiver="bot",reason="NoLink"\} 1/);
      assert.match(text, /news_awaiting_link\{receiver="bot"\} 0/);
      await stage.kill();
    });

    test("come once it is known, and nothing is counted any more", async () => {
      const took: string[] = [];
      const stage = stageOf(took);
      await looks(stage, minutes(70), minutes(20));
      assert.equal(took.filter((body) => body.includes("wa.me")).length, 1);
      assert.equal(said(stage, /news was dropped/), 0);
      assert.match(await metricsOf(stage), /news_awaiting_link\{receiver="bot"\} 0/);
      await stage.kill();
    });

    test("are no loss where the slot has moved on", async () => {
      const stage = stageOf();
      await looks(stage, minutes(20));
      stage.offer([ofSlot(0, 1_200, { origin: "uid-2", link })]);
      await stage.pass(minutes(60));
      assert.equal(said(stage, /news was dropped/), 0);
      await stage.kill();
    });
  });

  test("to a receiver that may be sent no more links have none that waited", async () => {
    const took: string[] = [];
    let answer: Attempt = failed;
    const stage = new DeliveryStage(async (_, { body }) => (took.push(body), answer));
    stage.start([receiver({ links: true })]);
    const link = { link: "https://wa.me/x", host: "h", chatPort: 1, mediaPort: 2, pagePath: "p" };
    stage.offer([ofSlot(0, 0, { link })]);
    await stage.quiet();
    assert.match(took.splice(0).join(""), /wa\.me/);
    stage.start([receiver({ links: false })]);
    answer = delivered;
    await stage.pass(minutes(1));
    assert.deepEqual(took, []);
    await stage.kill();
  });
});

/** What may happen, one after the other. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("news" as const), slot: fc.nat(2) }),
    fc.record({ kind: fc.constant("works" as const), works: fc.boolean() }),
    fc.record({ kind: fc.constant("pass" as const), s: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ kind: fc.constant("crash" as const) }),
  ),
  { maxLength: 25 },
);

test("whatever fails and crashes, each slot's news come at least once, in order, and the same", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      let works = true;
      const bodies = new Map<string, string>();
      /** Of this life: a new one begins from the first again. */
      let order: string[] = [];
      const life = () => {
        const stage = new DeliveryStage(async (_, { id, body }) => {
          assert.equal(bodies.get(id) ?? body, body);
          if (!works) return failed;
          bodies.set(id, body);
          order.push(id);
          return delivered;
        });
        stage.start([receiver()]);
        return stage;
      };
      const state: NewsItem[] = [];
      const inOrder = () => {
        for (const slot of [0, 1, 2]) {
          const own = state.filter(({ subject }) => subject.endsWith(`/${slot}`)).map(idOf);
          const came = order.filter((id) => own.includes(id));
          assert.deepEqual(came, own.slice(0, came.length));
        }
      };
      let stage = life();
      for (const step of all) {
        if (step.kind === "news") state.push(ofSlot(step.slot, state.length));
        if (step.kind === "works") works = step.works;
        if (step.kind === "pass") await stage.pass(seconds(step.s));
        if (step.kind === "crash") {
          await stage.kill();
          inOrder();
          order = [];
          stage = life();
        }
        stage.offer(state);
      }
      works = true;
      await stage.pass(hours(1) / 2);
      inOrder();
      assert.deepEqual([...bodies.keys()].toSorted(), state.map(idOf).toSorted());
      await stage.kill();
    }),
    { numRuns: 60 },
  );
});

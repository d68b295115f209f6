import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { pino } from "pino";
import type { FeedRound } from "../../../src/reachability/feeds/feed.ts";
import { FeedKeeper } from "../../../src/reachability/feeds/io/feed-keeper.ts";
import { FeedReadings } from "../../../src/reachability/feeds/io/feed-readings.ts";
import { registerFeedMetrics } from "../../../src/reachability/feeds/io/metrics.ts";
import { feedsOf, noFeeds } from "../../../src/reachability/feeds/settings.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";
import { Metrics } from "../../../src/runtime/metrics.ts";
import { type Instant, minutes, plus } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { noon } from "./build.ts";

const token = "s3cr3t-t0k3n";

/** A keeper of both feeds, and what they are asked. */
class Stage {
  now: Instant = noon;
  countries = ["IR"];
  secrets: Record<string, string> = { radar: token };
  readonly readings = new FeedReadings();
  readonly asked: (readonly [feed: string, token: string | undefined, countries: string])[] = [];
  readonly lines: string[] = [];
  ended = 0;
  answer: (countries: readonly string[]) => Promise<FeedRound> = async (countries) => ({
    readings: countries.map((country) => ({ country, down: true, since: noon, message: "gone" })),
    answer: { kind: "worked" },
  });

  keeper(settings = { ioda: true, radarTokenSecret: "radar" as string | undefined }): FeedKeeper {
    const queue = new WorkQueue({ now: () => 0, random: () => 0, timer: () => () => undefined });
    const add = queue.add.bind(queue);
    queue.add = (key) => {
      this.ended++;
      add(key);
    };
    return new FeedKeeper({
      feeds: feedsOf(settings),
      feedOf: (name, token) => ({
        read: async (countries) => {
          this.asked.push([name, token, countries.join()]);
          return this.answer(countries);
        },
      }),
      readings: this.readings,
      countries: () => this.countries,
      tokens: {
        client: {
          get: async (_of: unknown, { name }: { name: string }) => this.#secret(name),
        } as never,
        namespace: "home",
      },
      queue,
      now: () => this.now,
      random: () => 0.5,
      log: pino({ level: "trace" }, { write: (line) => this.lines.push(line) }),
    });
  }

  /** Lets a feed be read, and waits until that has ended. */
  async read(keeper: FeedKeeper, feed: string): Promise<void> {
    const before = this.ended;
    assert.equal((await keeper.controller.reconcile(feed, pino({ level: "silent" }))).kind, "done");
    await waitFor("the end of the reading", () => this.ended > before);
  }

  #secret(name: string) {
    const text = this.secrets[name];
    return text && { data: { token: Buffer.from(text).toString("base64") } };
  }
}

let stage: Stage;
beforeEach(() => (stage = new Stage()));

describe("outage feeds", () => {
  test("are asked only where an admin says so", () => {
    assert.equal(stage.keeper({ ...noFeeds }).controller.queue.depth, 0);
    const { queue } = stage.keeper({ ioda: true, radarTokenSecret: undefined }).controller;
    assert.equal(queue.depth, 1);
  });

  test("are asked for the countries of fleets, with the token that they need and no other", async () => {
    const keeper = stage.keeper();
    stage.countries = ["IR", "RU"];
    await stage.read(keeper, "IODA");
    await stage.read(keeper, "Cloudflare Radar");
    assert.deepEqual(stage.asked, [
      ["IODA", undefined, "IR,RU"],
      ["Cloudflare Radar", token, "IR,RU"],
    ]);
    assert.deepEqual(
      stage.readings.alertsIn("RU").map(({ feed }) => feed),
      ["IODA", "Cloudflare Radar"],
    );
    assert.deepEqual(stage.readings.alertsIn("CN"), []);
  });

  test("are asked again after ten minutes, and not before", async () => {
    const keeper = stage.keeper();
    await stage.read(keeper, "IODA");
    const look = async () => keeper.controller.reconcile("IODA", pino({ level: "silent" }));
    assert.deepEqual(await look(), { kind: "requeue", afterMs: minutes(10) });
    stage.now = plus(stage.now, minutes(10));
    await stage.read(keeper, "IODA");
    assert.equal(stage.asked.length, 2);
  });

  test("are asked nothing while no fleet names a country", async () => {
    stage.countries = [];
    const keeper = stage.keeper();
    const outcome = await keeper.controller.reconcile("IODA", pino({ level: "silent" }));
    assert.deepEqual([outcome.kind, stage.asked], ["requeue", []]);
  });

  test("that break their word have failed", async () => {
    stage.answer = async () => Promise.reject(new Error("no"));
    await stage.read(stage.keeper(), "IODA");
    const memory = stage.readings.memories.get("IODA");
    assert.deepEqual([memory?.answer.kind, memory?.failures], ["failed", 1]);
  });

  test("whose token is missing say which one in the log, and ask nobody", async () => {
    stage.secrets = {};
    await stage.read(stage.keeper(), "Cloudflare Radar");
    assert.deepEqual(stage.asked, []);
    assert.match(
      stage.lines.join(""),
      /there is no Secret home\/radar: kubectl create secret generic radar -n home/,
    );
  });

  test("say once that they work or don't, and never show the token", async () => {
    const keeper = stage.keeper();
    const failure = { readings: [], answer: { kind: "failed", message: "502" } } as const;
    const works = stage.answer;
    for (const answer of [works, works, async () => failure, async () => failure, works]) {
      stage.answer = answer;
      await stage.read(keeper, "Cloudflare Radar");
      stage.now = plus(stage.now, minutes(20));
    }
    const told = stage.lines
      .map((line) => JSON.parse(line) as { level: number; msg: string; message?: string })
      .filter(({ level }) => level >= 30);
    assert.deepEqual(
      told.map(({ msg }) => msg),
      ["an outage feed works", "an outage feed does not work", "an outage feed works"],
    );
    assert.equal(told[1]?.message, "502");
    assert.doesNotMatch(stage.lines.join(""), new RegExp(token));
  });

  test("are news of a country when it goes down, and when it is up again", async () => {
    const news: string[] = [];
    stage.readings.onNews((countries) => news.push([...countries].join()));
    const keeper = stage.keeper();
    for (const down of [false, true, true, false, false]) {
      stage.answer = async () => ({
        readings: [{ country: "IR", down, since: undefined, message: "" }],
        answer: { kind: "worked" },
      });
      await stage.read(keeper, "IODA");
      stage.now = plus(stage.now, minutes(20));
    }
    assert.deepEqual(news, ["IR", "IR"]);
  });

  test("have metrics of when they last worked, and of what they say", async () => {
    await stage.read(stage.keeper(), "IODA");
    const metrics = new Metrics();
    registerFeedMetrics(metrics, stage.readings);
    let text = "";
    for await (const piece of metrics.text()) text += piece;
    assert.match(text, /^proxyfleet_outage_feed_working\{feed="IODA"\} 1$/m);
    assert.match(text, /^proxyfleet_outage_feed_down\{feed="IODA",country="IR"\} 1$/m);
    const time = `proxyfleet_outage_feed_last_success_timestamp_seconds{feed="IODA"} ${noon / 1000}`;
    assert.ok(text.includes(time), text.slice(-600));
  });
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { getGlobalDispatcher, setGlobalDispatcher } from "undici";
import type { OutageFeed } from "../../../src/reachability/feeds/feed.ts";
import { iodaFeed } from "../../../src/reachability/feeds/io/ioda.ts";
import { radarFeed } from "../../../src/reachability/feeds/io/radar.ts";
import { boundFetch } from "../../../src/reachability/sources/io/bounded-fetch.ts";
import { hours, instant, minutes } from "../../../src/values/time.ts";
import { FakeIoda } from "../../stand-ins/measurement/ioda.ts";
import { FakeRadar } from "../../stand-ins/measurement/radar.ts";
import { connectTo, type Service } from "../../stand-ins/measurement/service.ts";

const now = instant(Date.UTC(2026, 10, 23, 14));
const userAgent = "proxyfleet";
const direct = getGlobalDispatcher();
const read = async (feed: OutageFeed, countries = ["IR"]) =>
  feed.read(countries, new AbortController().signal);

describe("IODA", () => {
  let fake: FakeIoda;
  let service: Service;
  const feed = iodaFeed({ userAgent, now: () => now });

  beforeEach(async () => {
    fake = new FakeIoda();
    service = await fake.start();
    boundFetch(connectTo(service));
  });
  afterEach(async () => {
    setGlobalDispatcher(direct);
    await service[Symbol.asyncDispose]();
  });

  test("sees a country as usual, though its newest values are still missing", async () =>
    assert.deepEqual(await read(feed), {
      readings: [
        { country: "IR", down: false, since: undefined, message: "IODA sees IR as usual" },
      ],
      answer: { kind: "worked" },
    }));

  test("sees a country that is down, also where its routes stay in place", async () => {
    const start = now / 1000 - 7_200;
    fake.visible = (datasource, at) => (datasource === "bgp" || at < start ? 1 : 0.1);
    const { readings } = await read(feed);
    assert.deepEqual(readings, [
      {
        country: "IR",
        down: true,
        since: instant(now - hours(2)),
        message: "it sees 10% of what is usual (ping-slash24)",
      },
    ]);
  });

  test("says nothing about now where all it has is old", async () => {
    fake.lateBy = minutes(90) / 1000;
    const { readings } = await read(feed);
    assert.equal(readings[0]?.down, undefined);
  });

  test("says nothing where its answer is an error, though the status is 200", async () => {
    fake.error = "database is down";
    const { readings, answer } = await read(feed);
    assert.deepEqual([readings, answer.kind], [[], "failed"]);
  });

  test("is asked for each country by itself", async () => {
    const { readings } = await read(feed, ["IR", "RU"]);
    assert.deepEqual(
      readings.map(({ country }) => country),
      ["IR", "RU"],
    );
    assert.equal(fake.asked.length, 4);
  });
});

describe("Cloudflare Radar", () => {
  const token = "secret-of-ours";
  let fake: FakeRadar;
  let service: Service;
  const feed = radarFeed({ token, userAgent });

  beforeEach(async () => {
    fake = new FakeRadar(token);
    service = await fake.start();
    boundFetch(connectTo(service));
  });
  afterEach(async () => {
    setGlobalDispatcher(direct);
    await service[Symbol.asyncDispose]();
  });

  test("knows of no outage", async () =>
    assert.partialDeepStrictEqual(await read(feed), {
      readings: [{ country: "IR", down: false }],
      answer: { kind: "worked" },
    }));

  test("knows of a drop of a country's traffic", async () => {
    fake.trafficAnomalies = [
      { type: "LOCATION", status: "VERIFIED", startDate: "2026-11-23T12:00:00Z", endDate: null },
    ];
    assert.deepEqual((await read(feed)).readings, [
      {
        country: "IR",
        down: true,
        since: instant(now - hours(2)),
        message: "traffic dropped",
      },
    ]);
  });

  test("names the token's permission where it is refused, and not the token", async () => {
    const { answer } = await read(radarFeed({ token: "another-secret", userAgent }));
    assert.deepEqual(answer, {
      kind: "failed",
      message:
        'Cloudflare Radar answered 403 ("10000: Invalid token: Bearer (token)"): check the token and its permission',
    });
  });

  test("says nothing where its answer is no success, though the status is 200", async () => {
    fake.broken = true;
    const { readings, answer } = await read(feed);
    assert.deepEqual(readings, []);
    assert.match(answer.message ?? "", /answered 200 \("10000: Radar is not available"\)/);
  });
});

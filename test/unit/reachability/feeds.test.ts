import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  readCountry,
  type Series,
  seriesOf,
} from "../../../src/reachability/feeds/ioda-reading.ts";
import {
  notedOutages,
  refusalOf,
  trafficDrops,
} from "../../../src/reachability/feeds/radar-reading.ts";
import { instant, minutes } from "../../../src/values/time.ts";

describe("a series of IODA", () => {
  const now = instant(Date.UTC(2026, 10, 23, 14));
  const step = 600;
  /** Values that end now. */
  const ending = (values: Series["values"], lateBy = 0): Series => ({
    datasource: "bgp",
    from: now / 1000 - lateBy - (values.length - 1) * step,
    step,
    values,
  });
  const usual = Array<number | null>(100).fill(100);

  const cases: Record<string, { series: Series[]; down: boolean | undefined }> = {
    "that stays as it is shows a country that is up": { series: [ending(usual)], down: false },
    "that falls shows one that is down": { series: [ending([...usual, 40, 30])], down: true },
    "that fell once may be a fault of IODA's own": {
      series: [ending([...usual, 0])],
      down: false,
    },
    "that fell and rose again is over": { series: [ending([...usual, 0, 0, 90])], down: false },
    "that falls by less than half is no outage": {
      series: [ending([...usual, 60, 60])],
      down: false,
    },
    "that has been low for days is still low": {
      series: [ending([...usual, ...Array<number>(500).fill(5)])],
      down: true,
    },
    "whose newest values are missing counts until then": {
      series: [ending([...usual, 10, null, 10, null, null])],
      down: true,
    },
    "that has ended an hour ago says nothing": {
      series: [ending([...usual, 0, 0], minutes(61) / 1000)],
      down: undefined,
    },
    "that is all missing says nothing": { series: [ending([null, null])], down: undefined },
    "that was never above nothing says nothing": { series: [ending([0, 0, 0])], down: undefined },
    "that is not there says nothing": { series: [], down: undefined },
    "that falls counts though another does not": {
      series: [ending(usual), ending([...usual, 1, 1])],
      down: true,
    },
    "that is fresh counts though another is old": {
      series: [ending([...usual, 0, 0], minutes(600) / 1000), ending(usual)],
      down: false,
    },
  };
  for (const [name, { series, down }] of Object.entries(cases))
    test(name, () => assert.equal(readCountry("IR", series, now).down, down));

  test("is down since its first low value", () => {
    const { since } = readCountry("IR", [ending([...usual, 10, null, 10])], now);
    assert.equal(since, now - minutes(20));
  });

  test("comes in a list of lists", () => {
    const one = ending(usual);
    assert.equal(seriesOf({ error: null, data: [[one], [one]] })?.length, 2);
    assert.equal(seriesOf({ error: "no", data: [[one]] }), undefined);
    assert.equal(seriesOf({ error: null, data: null }), undefined);
    assert.equal(seriesOf("<html>"), undefined);
  });
});

describe("Radar's outages", () => {
  const annotation = (more: object) => ({
    startDate: "2026-11-23T12:00:00Z",
    endDate: null,
    locations: ["IR"],
    outage: { outageCause: "GOVERNMENT_DIRECTED", outageType: "NATIONWIDE" },
    ...more,
  });
  const noted = (more: object) =>
    notedOutages({ success: true, result: { annotations: [annotation(more)] } }, "IR");
  const drops = (more: object) => {
    const drop = { type: "LOCATION", status: "VERIFIED", startDate: "", endDate: null, ...more };
    return trafficDrops({ success: true, result: { trafficAnomalies: [drop] } });
  };

  test("name who caused them", () => assert.equal(noted({})?.[0]?.cause, "government directed"));

  const none: Record<string, () => readonly object[] | undefined> = {
    "of the past don't count": () => noted({ endDate: "2026-11-23T13:00:00Z" }),
    "elsewhere don't count": () => noted({ locations: ["RU"] }),
    "of one region don't count": () =>
      noted({ outage: { outageCause: "CABLE_CUT", outageType: "REGIONAL" } }),
    "that nobody has looked into don't count": () => noted({ outage: null }),
    "of one network don't count": () => drops({ type: "AS" }),
    "that are not verified don't count": () => drops({ status: "UNVERIFIED" }),
    "that are over don't count": () => drops({ endDate: "2026-11-23T13:00:00Z" }),
  };
  for (const [name, outages] of Object.entries(none))
    test(name, () => assert.deepEqual(outages(), []));

  test("that can't be read are unknown, not none", () => {
    assert.equal(notedOutages({ success: true, result: {} }, "IR"), undefined);
    assert.equal(trafficDrops("<html>"), undefined);
  });

  test("are refused in Cloudflare's words", () => {
    const errors = [{ code: 7003, message: "No route" }];
    assert.equal(refusalOf({ success: false, errors }), "7003: No route");
    assert.equal(refusalOf({ success: false, errors: [] }), "no reason");
    assert.equal(refusalOf({ success: true }), undefined);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { vantagePointsOf } from "../../../src/reachability/vantage-points.ts";
import { measured } from "../../../src/reachability/measured.ts";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { agent, control, vantagePoint } from "./stage.ts";

const iran = vantagePoint({}, { name: "ir" });
const labelled = vantagePoint({}, { name: "ir-2", labels: { team: "a" } });
const russia = vantagePoint({ country: "RU" }, { name: "ru" });
const all = [iran, labelled, russia, control, agent];

function specOf(countries: readonly string[], matchLabels?: object, blockedWhen: object = {}) {
  const vantagePoints = matchLabels === undefined ? {} : { vantagePoints: { matchLabels } };
  const reachability = { ...vantagePoints, blockedWhen };
  return parsedFleet({ spec: { audience: { countries }, reachability } }).spec;
}

describe("the vantage points that count for a fleet", () => {
  const cases: Record<string, { spec: ReturnType<typeof specOf>; expect: readonly string[] }> = {
    "are those of its audience's countries, and controls of any country": {
      spec: specOf(["IR"]),
      expect: ["ir", "ir-2", "control-de", "volunteer"],
    },
    "are all where its audience names no country": {
      spec: specOf([]),
      expect: ["ir", "ir-2", "ru", "control-de", "volunteer"],
    },
    "are those that its selector matches, of controls too": {
      spec: specOf(["IR"], { team: "a" }),
      expect: ["ir-2"],
    },
    "are all of its countries under an empty selector": {
      spec: specOf(["RU"], {}),
      expect: ["ru", "control-de"],
    },
    "are none where no label matches": { spec: specOf(["IR"], { team: "b" }), expect: [] },
  };
  for (const [name, { spec, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        vantagePointsOf(spec, all).map(({ metadata }) => metadata.name),
        expect,
      ),
    );
});

describe("whether enough of them measure a fleet", () => {
  const one = vantagePoint({ globalping: { limit: 1 } }, { name: "one" });
  const cases: Record<
    string,
    {
      spec: ReturnType<typeof specOf>;
      among: readonly VantagePoint[];
      expect: string;
      says: RegExp;
    }
  > = {
    "they do, where each of a service's probes is a place": {
      spec: specOf(["IR"]),
      among: [iran, control],
      expect: "True Measures",
      says: /by country: IR: 3$/,
    },
    "they don't without a control": {
      spec: specOf(["IR"]),
      among: [iran],
      expect: "False TooFewVantagePoints",
      says: /^no control tests its addresses, so that no failed test makes a block: add a Vanta/,
    },
    "places of several vantage points add up": {
      spec: specOf(["IR"]),
      among: [one, agent, control],
      expect: "True Measures",
      says: /IR: 2/,
    },
    "one place is too few for two": {
      spec: specOf(["IR"]),
      among: [one, control],
      expect: "False TooFewVantagePoints",
      says: /^spec\.reachability\.blockedWhen\.vantagePoints is 2, and IR has 1: no measurement/,
    },
    "one place is enough where the fleet asks for one": {
      spec: specOf(["IR"], undefined, { vantagePoints: 1 }),
      among: [one, control],
      expect: "True Measures",
      says: /IR: 1/,
    },
    "one country of two has none": {
      spec: specOf(["IR", "RU"]),
      among: [iran],
      expect: "False TooFewVantagePoints",
      says: /RU has 0/,
    },
    "a control is no place in the country": {
      spec: specOf(["DE"]),
      among: [control],
      expect: "False TooFewVantagePoints",
      says: /^no vantage point measures its addresses in DE/,
    },
    "none has the labels that the fleet asks for": {
      spec: specOf(["IR"], { team: "b" }),
      among: [iran],
      expect: "False TooFewVantagePoints",
      says: /^no vantage point with the labels of its selector measures its addresses in IR/,
    },
    "a fleet without an audience counts each country that has a probe": {
      spec: specOf([]),
      among: [one, russia],
      expect: "False TooFewVantagePoints",
      says: /and IR has 1:/,
    },
  };
  for (const [name, { spec, among, expect, says }] of Object.entries(cases))
    test(name, () => {
      const finding = measured(spec, among);
      assert.equal(`${finding?.status} ${finding?.reason}`, expect);
      assert.match(finding?.message ?? "", says);
    });
  test("is not asked where the cluster has no vantage point", () =>
    assert.equal(measured(specOf(["IR"]), []), undefined));
});

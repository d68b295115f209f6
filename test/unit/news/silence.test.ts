import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silenceNews } from "../../../src/news/silence.ts";
import { formatInstant, minutes, plus } from "../../../src/values/time.ts";
import { parsedVantagePoint } from "../../objects/vantage-point.ts";
import { noon } from "./build.ts";

interface Given {
  readonly working?: "True" | "False" | "Unknown";
  /** Minutes ago. */
  readonly changed?: number;
  readonly lastResult?: number;
  readonly hasTargets?: boolean;
}

const ago = (m: number) => formatInstant(plus(noon, minutes(-m)));

function news({ working = "False", changed = 5, lastResult, hasTargets = true }: Given) {
  const condition = {
    type: "Working",
    status: working,
    reason: "ServiceFails",
    message: "",
    lastTransitionTime: ago(changed),
  };
  const result = lastResult === undefined ? {} : { lastResult: ago(lastResult) };
  const status = { conditions: [condition], ...result };
  const spec = { interval: "10m" };
  return silenceNews({ vantagePoint: parsedVantagePoint({ spec, status }), hasTargets, now: noon });
}

describe("a vantage point is silent", () => {
  const cases: Record<string, { given: Given; silent: boolean }> = {
    "not while it works": { given: { working: "True", lastResult: 300 }, silent: false },
    "not when it has just failed": { given: { lastResult: 30 }, silent: false },
    "three intervals and ten minutes after its last result": {
      given: { lastResult: 40 },
      silent: true,
    },
    "not a minute before": { given: { lastResult: 39 }, silent: false },
    "also where it can't say whether it works": {
      given: { working: "Unknown", lastResult: 40 },
      silent: true,
    },
    "not while nothing is to be tested from there": {
      given: { working: "Unknown", lastResult: 400, hasTargets: false },
      silent: false,
    },
    "when it never worked, counted from when that was seen": {
      given: { changed: 40 },
      silent: true,
    },
    "not before it was ever asked": { given: { working: "Unknown", changed: 400 }, silent: false },
  };
  for (const [name, { given, silent }] of Object.entries(cases))
    test(name, () => assert.equal(news(given).length, Number(silent)));

  test("since a time that does not change while it stays so", () => {
    assert.equal(news({ lastResult: 50 })[0]?.at, plus(noon, minutes(-10)));
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Lag, lagOf } from "../../../src/pods/lag.ts";

interface Answer {
  readonly revision?: string;
  readonly uptime?: number | undefined;
  /** Undefined in here too: nobody knows. */
  readonly wanted?: string | undefined;
}

/** How a pod lags after these answers, the first at an uptime of 100 s; `silent`: it gave none. */
function after(...answers: readonly (Answer | "silent")[]): number | undefined {
  let lag: Lag | undefined;
  for (const answer of answers) {
    if (answer === "silent") {
      lag = undefined;
      continue;
    }
    const { revision = "old", uptime } = answer;
    const wanted = "wanted" in answer ? answer.wanted : "new";
    const status = {
      revision,
      lanes: [],
      ...(uptime === undefined ? {} : { uptimeSeconds: uptime }),
    };
    lag = lagOf(lag, status, wanted);
  }
  return lag === undefined ? undefined : lag.to - lag.from;
}

describe("a pod lags", () => {
  const cases: Record<
    string,
    { answers: readonly (Answer | "silent")[]; expect: number | undefined }
  > = {
    "for no time when its first answer shows it": { answers: [{ uptime: 100 }], expect: 0 },
    "for as long as it has answered with the same old configuration": {
      answers: [{ uptime: 100 }, { uptime: 103 }, { uptime: 165 }],
      expect: 65,
    },
    "not once it has loaded the wanted one": {
      answers: [{ uptime: 100 }, { uptime: 165, revision: "new" }],
      expect: undefined,
    },
    "from zero when it has loaded another one: it goes on, if late": {
      answers: [{ uptime: 100 }, { uptime: 165, revision: "newer" }],
      expect: 0,
    },
    "on while what is wanted changes and it stands still": {
      answers: [{ uptime: 100 }, { uptime: 165, wanted: "newest" }],
      expect: 65,
    },
    "from zero when its container started again": {
      answers: [{ uptime: 100 }, { uptime: 165 }, { uptime: 2 }],
      expect: 0,
    },
    "not where it does not say its uptime, as older ones do": {
      answers: [{}, {}],
      expect: undefined,
    },
    "not where nobody knows what it should have loaded": {
      answers: [{ uptime: 100 }, { uptime: 165, wanted: undefined }],
      expect: undefined,
    },
    "not when it is silent, and from zero after that": {
      answers: [{ uptime: 100 }, { uptime: 165 }, "silent", { uptime: 168 }],
      expect: 0,
    },
  };
  for (const [name, { answers, expect }] of Object.entries(cases))
    test(name, () => assert.equal(after(...answers), expect));
});

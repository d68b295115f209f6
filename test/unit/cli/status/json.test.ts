import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { statusJson } from "../../../../src/cli/status/json.ts";
import { formatted } from "../../../../src/cli/terminal/formats.ts";
import { overviewOf } from "../../../../src/overview/overview.ts";
import { entryObject } from "../../../objects/ledger-entry.ts";
import {
  ago,
  ahead,
  deployment,
  fleet,
  healthy,
  lease,
  resting,
  serving,
  verdict,
} from "../../overview/build.ts";
import { statusOutput } from "../../../../src/cli/output/status.ts";

const shown = (changes: Parameters<typeof healthy>[0] = {}) => {
  const text = formatted(statusJson(overviewOf(healthy(changes)), ["list pods"]), "json");
  return statusOutput.parse(JSON.parse(text));
};

describe("status as JSON keeps its shape", () => {
  const cases: Record<string, Parameters<typeof healthy>[0]> = {
    "of a fleet that is served": {},
    "of a slot that is blocked and moves": {
      addresses: [
        serving({}, verdict("Blocked")),
        entryObject({ address: "203.0.113.44", metadata: { creationTimestamp: ago(0) } }),
        resting("203.0.113.30", ahead(100)),
      ],
    },
    "of a fleet that can't be read": { fleets: [fleet({ replicas: "two" })] },
    "without pods": { deployments: [deployment(0)] },
    "where the operator is down": { leases: [lease(ago(2))] },
    "where nothing but fleets can be read": {
      addresses: undefined,
      pools: undefined,
      deployments: undefined,
      leases: undefined,
      fleets: [
        fleet(
          {},
          {
            slots: [
              {
                slot: 0,
                address: "203.0.113.9",
                burnt: 0,
                message: "served",
                next: { at: ahead(5), reason: "Age" },
              },
            ],
          },
        ),
      ],
    },
  };
  for (const [name, changes] of Object.entries(cases)) test(name, () => void shown(changes));
});

test("times are RFC 3339", () => {
  const { fleets } = shown({ addresses: [serving({}, verdict("Blocked"))] });
  assert.equal(fleets[0]?.slots[0]?.cutOff?.since, ago(1));
});

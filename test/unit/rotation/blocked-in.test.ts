import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { movesFor } from "../../../src/rotation/blocked-in.ts";
import { blocked, entry, rules } from "./build.ts";

interface Case {
  readonly audience?: readonly string[];
  readonly rotation?: Parameters<typeof rules>[0];
  readonly expect: readonly string[];
}

describe("the countries because of which an address's slot moves", () => {
  const reachability = [
    blocked("IR"),
    blocked("RU", { verdict: "Suspected" }),
    blocked("CN", { kind: "Port", listeners: ["media"] }),
    blocked("DE", { verdict: "Reachable" }),
  ];
  const address = entry("203.0.113.9", { reachability });
  const cases: Record<string, Case> = {
    "are all, for a fleet that is for everybody": { expect: ["IR", "CN"] },
    "are those of its audience": { audience: ["IR", "RU", "DE"], expect: ["IR"] },
    "are none where its audience reaches it": { audience: ["DE"], expect: [] },
    "are none for a fleet that does not move for blocks": {
      rotation: { onBlocked: false },
      expect: [],
    },
    "are those where more than one port is blocked, for a fleet that does not move for that": {
      rotation: { onPortBlocked: false },
      expect: ["IR"],
    },
  };
  for (const [name, { audience = [], rotation, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(movesFor({ audience, rotation: rules(rotation) }, address), expect),
    );
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { blockedIn } from "../../../src/rotation/blocked-in.ts";
import { blocked, entry } from "./build.ts";

describe("the countries in which an address is blocked", () => {
  const reachability = [
    blocked("IR"),
    blocked("RU", { verdict: "Suspected" }),
    blocked("CN"),
    blocked("DE", { verdict: "Reachable" }),
  ];
  const address = entry("203.0.113.9", { reachability });
  const cases: Record<string, { audience: readonly string[]; expect: readonly string[] }> = {
    "are all, for a fleet that is for everybody": { audience: [], expect: ["IR", "CN"] },
    "are those of its audience": { audience: ["IR", "RU", "DE"], expect: ["IR"] },
    "are none where its audience reaches it": { audience: ["DE"], expect: [] },
  };
  for (const [name, { audience, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(blockedIn({ audience }, address), expect));
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import { type CountryEvidence, findingsIn } from "../../../src/reachability/hold.ts";
import { verdictsOf } from "../../../src/reachability/verdict.ts";
import { minutes } from "../../../src/values/time.ts";
import { at, blockEvidence, failure, input, noon, services, worked } from "./build.ts";

/** A country with these addresses, each of a slot of its own, and what is tried of each. */
function country(
  tried: Readonly<Record<string, readonly Evidence[]>>,
  given: Partial<CountryEvidence> = {},
): CountryEvidence {
  const evidence = Object.entries(tried).flatMap(([address, own]) =>
    own.map((one) => ({ ...one, address })),
  );
  return {
    country: "IR",
    published: Object.keys(tried).map((address, index) => ({
      input: input(evidence, { address }),
      slot: `s${index}`,
      publishedAt: at(-90_000),
    })),
    evidence,
    services,
    feeds: [],
    outage: { percent: 50, within: minutes(30) },
    now: noon,
    ...given,
  };
}

const inTls = blockEvidence.map((one) =>
  one.role === "Control" ? one : { ...one, outcome: failure("tls", { kind: "Reset" }) },
);
const fine = [worked("a", -20), worked("b", -20)];

describe("in a country", () => {
  test("where one address of several is blocked, nothing is held", () => {
    const view = country({ "203.0.113.9": blockEvidence, "198.51.100.7": fine });
    assert.deepEqual(findingsIn(view), { outage: undefined, protocol: undefined, hold: undefined });
  });

  test("where all fail together, moves are held as in an outage", () => {
    const all = { "203.0.113.9": blockEvidence, "198.51.100.7": blockEvidence };
    const { hold, protocol } = findingsIn(country({ ...all, "192.0.2.3": blockEvidence }));
    assert.equal(hold?.kind, "Outage");
    assert.match(hold?.because ?? "", /^3 of 3 addresses published for IR began to fail at once/);
    assert.equal(protocol, undefined);
  });

  test("where people's lines are down, that is found", () => {
    const lines = blockEvidence.map((one) => ({ ...one, reachesElse: one.role === "Control" }));
    const { outage } = findingsIn(country({ "203.0.113.9": lines }));
    assert.equal(outage?.kind, "NothingElseReached");
  });

  test("where the protocol is blocked, that is said, and no address is burnt", () => {
    const view = country({ "203.0.113.9": inTls, "198.51.100.7": inTls });
    const { hold, outage, protocol } = findingsIn(view);
    assert.deepEqual([hold?.kind, protocol?.kind], ["Protocol", "NoTlsPasses"]);
    assert.equal(outage?.kind, "NobodyVouches");
    const holds = new Map(hold === undefined ? [] : [["IR", hold] as const]);
    const verdicts = view.published.flatMap((one) => verdictsOf({ ...one.input, holds }));
    assert.deepEqual(
      verdicts.map((one) => [one.verdict, one.kind]),
      [
        ["Suspected", "Protocol"],
        ["Suspected", "Protocol"],
      ],
    );
  });
});

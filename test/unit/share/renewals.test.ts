import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type RenewalRequest,
  type Renewals,
  fleetsRenewedBetween,
  renewalOf,
  renewalRequest,
} from "../../../src/share/renewals.ts";
import { type ShareKey, pageToken } from "../../../src/share/tokens.ts";
import { parsedFleet } from "../../objects/fleet.ts";

const key = new Uint8Array(32).fill(7) as ShareKey;
const seat = (slot: number) => ({ namespace: "proxies", fleet: "family", slot });

function fleet(text: string | undefined, { name = "family", count = 2 } = {}) {
  const annotations = text === undefined ? {} : { "proxyfleet.dev/renew-page": text };
  const addresses = { count, pools: [{ name: "pool-a" }] };
  return parsedFleet({ name, metadata: { annotations }, spec: { addresses } });
}

/** All renewals once a request is carried out. */
function carriedOut(renewals: Renewals, request: RenewalRequest): Renewals {
  return request.kind === "open" ? new Map([...renewals, ...request.renewals]) : renewals;
}

/** The renewals after these annotations were set, one after the other. */
function after(...texts: readonly string[]): Renewals {
  return texts.reduce<Renewals>(
    (renewals, text) => carriedOut(renewals, renewalRequest(fleet(text), renewals)),
    new Map(),
  );
}

const slotsOf = (request: RenewalRequest) => (request.kind === "open" ? request.slots : []);

describe("the annotation renew-page", () => {
  const cases: Record<
    string,
    { text: string | undefined; known?: Renewals; expect: readonly number[] }
  > = {
    "asks for nothing where there is none": { text: undefined, expect: [] },
    "asks for nothing where it is empty": { text: "", expect: [] },
    "asks for all slots by any text": { text: "leaked on Monday", expect: [0, 1] },
    "asks for one slot by its number": { text: "1@leaked", expect: [1] },
    "asks for nothing more once all slots have what it asks for": {
      text: "leaked",
      known: after("leaked"),
      expect: [],
    },
    "asks for nothing more once its slot has it": {
      text: "1@leaked",
      known: after("1@leaked"),
      expect: [],
    },
    "asks again by another text": { text: "again", known: after("leaked"), expect: [0, 1] },
    "asks for the slots that are new": {
      text: "leaked",
      known: new Map([...after("leaked")].slice(0, 1)),
      expect: [1],
    },
  };
  for (const [name, { text, known = new Map(), expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(slotsOf(renewalRequest(fleet(text), known)), expect));

  test("is refused where it names a slot that the fleet has not", () => {
    const request = renewalRequest(fleet("2@leaked"), new Map());
    assert.ok(request.kind === "refused");
    assert.match(
      request.why,
      /names slot 2, which the fleet does not have: write a slot \(0 to 1\) before the @/,
    );
  });

  test("is refused where a name stands before the @: not all pages are renewed for one slip", () => {
    const request = renewalRequest(fleet("first@leaked"), new Map());
    assert.ok(request.kind === "refused");
    assert.match(request.why, /renew-page has "first" before its @, which is no slot/);
  });

  test("is refused where one namespace would fill what is kept for all, and others go on", () => {
    const many = (namespace: string) =>
      Array.from({ length: 255 }, (_, n) => [`${namespace}.old.${n}`, "1 x"] as const);
    const [own, foreign] = [new Map(many("proxies")), new Map(many("others"))];
    assert.equal(renewalRequest(fleet("leaked"), own).kind, "refused");
    assert.equal(renewalRequest(fleet("0@leaked"), own).kind, "open");
    assert.equal(renewalRequest(fleet("leaked"), foreign).kind, "open");
  });

  test("keeps little of a long text, and nothing that can be read", () => {
    for (const value of after("a name ".repeat(10_000)).values())
      assert.match(value, /^1 [0-9a-f]{32}$/);
  });
});

describe("a renewed page", () => {
  test("has a path that no renewal before gave it, also where a text comes again", () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "0@a", "1@a"), { maxLength: 12 }), (texts) => {
        let renewals: Renewals = new Map();
        const seen = new Set([pageToken(key, seat(0))]);
        for (const text of texts) {
          const request = renewalRequest(fleet(text), renewals);
          renewals = carriedOut(renewals, request);
          const path = pageToken(key, seat(0), renewalOf(renewals, seat(0)));
          assert.equal(seen.has(path), !slotsOf(request).includes(0));
          seen.add(path);
        }
      }),
    ));

  test("is the only one of its fleet that changes, where one was asked for", () => {
    const renewals = after("1@leaked");
    assert.equal(renewalOf(renewals, seat(0)), "");
    assert.notEqual(renewalOf(renewals, seat(1)), "");
  });
});

test("the fleets whose renewals differ are named once each", () => {
  const before = new Map([["a.same.0", "1 x"]]);
  const changed = new Map([...before, ["a.one.0", "1 x"], ["a.one.1", "1 x"], ["b.two.0", "1 x"]]);
  assert.deepEqual(fleetsRenewedBetween(before, changed), ["a/one", "b/two"]);
  assert.deepEqual(fleetsRenewedBetween(changed, before), ["a/one", "b/two"]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type AddressView,
  addressView,
  heldAddress,
  isBurnt,
  isHeldLit,
  isInMaking,
  isRefused,
  publishedAddress,
  viewOfEntry,
  wasPublished,
} from "../../../src/ledger/view.ts";
import { parseIp } from "../../../src/values/ip.ts";
import { entryObject, parsedEntry } from "../../objects/ledger-entry.ts";
import { at, blocked, dark, draining, entry } from "../rotation/build.ts";

const first = entry("203.0.113.9", { ordinal: 1, phaseSince: at(0) });

describe("the published address of a slot", () => {
  test("is the later of two that serve, though the clock jumped back between them", () =>
    assert.equal(
      publishedAddress([first, entry("203.0.113.7", { ordinal: 2, phaseSince: at(-600) })], 0)
        ?.address,
      "203.0.113.7",
    ));
  test("is the newer where older entries have no number", () =>
    assert.equal(
      publishedAddress([entry("203.0.113.7", { phaseSince: at(-600) }), entry("203.0.113.8")], 0)
        ?.address,
      "203.0.113.7",
    ));
  test("is none that drains", () =>
    assert.equal(
      publishedAddress([first, draining("203.0.113.7", { ordinal: 2 })], 0)?.address,
      "203.0.113.9",
    ));
  test("is the one that has served for less time where their numbers are the same", () =>
    assert.equal(
      publishedAddress([entry("203.0.113.8", { phaseSince: at(-600) }), entry("203.0.113.7")], 0)
        ?.address,
      "203.0.113.8",
    ));
  test("is the first by name where nothing else tells two apart, in whatever order they come", () => {
    const two = [entry("203.0.113.7"), entry("203.0.113.8")];
    const published = [two, two.toReversed()].map((both) => publishedAddress(both, 0)?.address);
    assert.deepEqual(published, ["203.0.113.7", "203.0.113.7"]);
  });
  test("is none that is still verified", () =>
    assert.equal(publishedAddress([entry("203.0.113.7", { phase: "Verifying" })], 0), undefined));
  test("is none of another slot", () => assert.equal(publishedAddress([first], 1), undefined));
});

describe("how decisions see a ledger entry", () => {
  const created = "2026-11-23T10:00:00Z";
  const since = "2026-11-23T11:00:00Z";
  const seen = (given: Parameters<typeof parsedEntry>[0]): AddressView =>
    addressView(parsedEntry({ metadata: { uid: "e1", creationTimestamp: created }, ...given }));

  test("a new one is being provisioned since it was made, and nothing is known of it", () =>
    assert.deepEqual(seen({ slot: 2, lane: 5 }), {
      ...entry("203.0.113.9", { slot: 2, lane: 5, phase: "Provisioning" }),
      createdAt: at(-7200),
      phaseSince: at(-7200),
    }));

  test("one that serves has its phase, its number and its verdicts", () => {
    const verdict = { country: "IR", verdict: "Blocked", since, message: "no answer" };
    const status = { phase: "Serving", phaseSince: since, reachability: [verdict] };
    assert.partialDeepStrictEqual(seen({ spec: { ordinal: 7 }, status }), {
      ordinal: 7,
      phase: "Serving",
      phaseSince: at(-3600),
      reachability: [{ country: "IR", verdict: "Blocked", since: at(-3600), message: "no answer" }],
      deleting: false,
    });
  });

  test("a verdict by tests says what is blocked, and on which ports", () => {
    const block = {
      country: "IR",
      verdict: "Blocked",
      kind: "Port",
      listeners: ["media"],
    } as const;
    assert.deepEqual(seen({ status: { reachability: [{ ...block, since }] } }).reachability, [
      { ...block, since: at(-3600) },
    ]);
  });

  test("one that is refused has the words of who refuses it, and counts as no claim on its way", () => {
    const message = "the load balancer refuses it";
    const fault = { kind: "Refused", since, message, wholePool: true };
    const view = seen({ status: { phase: "Provisioning", fault } });
    assert.deepEqual(view.refused, { since: at(-3600), message, wholePool: true });
    assert.deepEqual([isInMaking(view), isRefused(view)], [false, true]);
  });

  test("one that is refused no more is on its way again", () => {
    const view = seen({ status: { phase: "Verifying" } });
    assert.deepEqual([isInMaking(view), isRefused(view)], [true, false]);
  });

  test("one that its load balancer lost alone is told from an outage", () => {
    const lost = (more: object) =>
      seen({ status: { phase: "Serving", fault: { kind: "AddressLost", since, ...more } } }).lost;
    assert.deepEqual(lost({}), { since: at(-3600), balancerHas: "none" });
    assert.deepEqual(lost({ alone: true }), {
      since: at(-3600),
      balancerHas: "none",
      alone: true,
    });
  });

  test("one whose Service is asked to go has since when, and who holds it", () => {
    const view = seen({ status: { phase: "Draining", leaving: { since, heldBy: ["a/b"] } } });
    assert.deepEqual(view.leaving, { since: at(-3600), heldBy: ["a/b"] });
    assert.deepEqual(
      [isHeldLit(view), isHeldLit({ ...view, phase: "Quarantined" })],
      [true, false],
    );
  });

  test("one that a person deleted is marked", () =>
    assert.ok(seen({ metadata: { deletionTimestamp: created } }).deleting));

  const none = { unusable: false, lost: undefined, repeat: false };
  const faults: Record<string, { kind?: string; spec?: object; expect: object }> = {
    "nothing is wrong with it": { expect: none },
    "it does not work": { kind: "Unusable", expect: { ...none, unusable: true } },
    "it was used before": { kind: "Repeat", expect: { ...none, repeat: true } },
    "it went dark since it was used before": {
      spec: { retiredBecause: "Repeat", want: "Quarantine", quarantineUntil: since },
      expect: { ...none, repeat: true },
    },
    "its load balancer has another one": {
      kind: "AddressChanged",
      expect: { ...none, lost: { since: at(-3600), balancerHas: "another" } },
    },
    "its load balancer has none": {
      kind: "AddressLost",
      expect: { ...none, lost: { since: at(-3600), balancerHas: "none" } },
    },
  };
  for (const [name, { kind, spec = {}, expect }] of Object.entries(faults))
    test(`its fault is seen where ${name}`, () => {
      const status = kind === undefined ? {} : { fault: { kind, since } };
      const { unusable, lost, repeat } = seen({ spec: { ...spec }, status });
      assert.deepEqual({ unusable, lost, repeat }, expect);
    });

  const verified = (status: "True" | "False" | "Unknown") => {
    const [reason, message] = ["Any", "the load balancer has not set it"];
    const condition = { type: "Verified", status, reason, message, lastTransitionTime: since };
    return seen({ status: { conditions: [condition] } }).trouble;
  };
  test("what keeps it from serving is read in the words of its condition", () => {
    const words = "the load balancer has not set it";
    assert.deepEqual(verified("False"), { fails: true, since: at(-3600), words });
    assert.deepEqual(verified("Unknown"), { fails: false, since: at(-3600), words });
  });
  test("one that is verified is in no trouble", () => assert.equal(verified("True"), undefined));

  test("one that can't be read is not seen", () => {
    const views = [{}, { want: "Dance" }].map(
      (spec) => viewOfEntry(entryObject({ metadata: { uid: "e1" }, spec })).view?.name,
    );
    assert.deepEqual(views, ["ip-203-0-113-9", undefined]);
  });
});

describe("what every fleet must respect of an address", () => {
  const usual = { ip: parseIp("203.0.113.9"), pool: "pool-a" };
  const free = { quarantined: false, until: undefined, burnt: false };
  const cases: Record<string, { given: AddressView; expect: object | undefined }> = {
    "is that it is in use": { given: entry("203.0.113.9"), expect: { ...usual, ...free } },
    "is that it is still in use while it drains, whenever its quarantine is to end": {
      given: draining("203.0.113.9", { quarantineUntil: at(9000) }),
      expect: { ...usual, ...free },
    },
    "is until when it rests": {
      given: dark("203.0.113.9"),
      expect: { ...usual, quarantined: true, until: at(86_400), burnt: false },
    },
    "is that it was blocked": {
      given: entry("203.0.113.9", { reachability: [blocked()] }),
      expect: { ...usual, ...free, burnt: true },
    },
    "is nothing while its provider has not given it": {
      given: entry("203.0.113.9", { address: undefined }),
      expect: undefined,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(heldAddress(given), expect));
});

describe("an address is burnt", () => {
  const cases: Record<string, { given: Partial<AddressView>; expect: boolean }> = {
    "when it is blocked in some country": {
      given: { reachability: [blocked("DE", { verdict: "Reachable" }), blocked("IR")] },
      expect: true,
    },
    "when it was replaced because of a block": {
      given: { retiredBecause: "Blocked" },
      expect: true,
    },
    "not when it is only suspected": {
      given: { reachability: [blocked("IR", { verdict: "Suspected" })] },
      expect: false,
    },
    "not when it was replaced by hand": { given: { retiredBecause: "Requested" }, expect: false },
    "not when nothing is known of it": { given: {}, expect: false },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(isBurnt(entry("203.0.113.9", given)), expect));
});

describe("an address is in the making", () => {
  const cases: Record<string, { given: Partial<AddressView>; expect: boolean }> = {
    "while it is provisioned": { given: { phase: "Provisioning" }, expect: true },
    "while it is verified": { given: { phase: "Verifying" }, expect: true },
    "not once it serves": { given: { phase: "Serving" }, expect: false },
    "not when it is to go": { given: { phase: "Verifying", want: "Quarantine" }, expect: false },
    "not when a person deleted it": {
      given: { phase: "Verifying", deleting: true },
      expect: false,
    },
    "not when it does not work": { given: { phase: "Verifying", unusable: true }, expect: false },
    "not when it was used before": {
      given: { phase: "Provisioning", repeat: true },
      expect: false,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(isInMaking(entry("203.0.113.9", given)), expect));
});

describe("an address was published", () => {
  const cases: Record<string, { given: AddressView; expect: boolean }> = {
    "when it serves": { given: entry("203.0.113.9"), expect: true },
    "when it drains": { given: draining("203.0.113.9"), expect: true },
    "when it went dark after a drain": {
      given: dark("203.0.113.9", { drainUntil: at(-60) }),
      expect: true,
    },
    "not when it went dark without one, whatever its last phase was": {
      given: dark("203.0.113.9", { phase: "Draining" }),
      expect: false,
    },
    "not while it is verified": {
      given: entry("203.0.113.9", { phase: "Verifying" }),
      expect: false,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(wasPublished(given), expect));
});

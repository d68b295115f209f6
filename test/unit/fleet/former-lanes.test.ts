import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { addressPhases } from "../../../src/api/address-phase.ts";
import { type ProxyAddress, wants } from "../../../src/api/proxy-address.ts";
import { decideFleet } from "../../../src/fleet/decide.ts";
import { lanesOf } from "../../../src/fleet/lanes.ts";
import type { Entry, ObservedFleet } from "../../../src/fleet/observed.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { belongsTo } from "../../../src/ledger/ownership.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { secretObject } from "../../objects/secret.ts";
import { at, noon, seeded } from "../rotation/build.ts";
import { entry, fleet, observed, seen } from "./observed-fleet.ts";

/** An entry that an earlier fleet of that name claimed, as a backup or an import brings it. */
function older(...given: Parameters<typeof entry>): Entry {
  const { entry: object, view, tenant } = seen(entry(...given));
  return { entry: object, view: { ...view, fleetUid: "older" }, tenant };
}

/** The fleet with these entries, each of them where `belongsTo` says. */
function fleetWith(entries: readonly Entry[], given: Partial<ObservedFleet> = {}): ObservedFleet {
  const isOwn = ({ view }: Entry) => belongsTo(view, fleet.metadata.uid);
  const orphans = entries.filter((one) => !isOwn(one));
  return observed([], { own: entries.filter(isOwn), orphans, ...given });
}

/** A Secret in which the lanes of these entries are open. */
function open(...entries: readonly Entry[]): ObservedFleet["children"] {
  const lanes = entries.map(({ view: { lane, name }, tenant: uid }) => {
    return { lane, address: name, uid, certificateSHA256: `sha-${uid}`, proxiesFrom: [] };
  });
  const pems = lanes.map(({ lane, uid }) => [`lane-${lane}.pem`, `pem of ${uid}`]);
  const files = {
    "lanes.json": JSON.stringify({ revision: "r1", open: lanes }),
    ...Object.fromEntries(pems),
  };
  const none = { deployment: undefined, disruptionBudget: undefined, networkPolicy: undefined };
  return { ...none, share: undefined, secret: secretObject({ files }) };
}

const claimedLanes = (given: ObservedFleet): readonly number[] => {
  const { effects } = decideFleet(given, { now: noon, random: seeded(1) });
  return effects.flatMap((effect) =>
    effect.kind === "create" ? [(effect.object as CustomObject & ProxyAddress).spec.lane] : [],
  );
};

describe("a restored entry with an older fleet's uid that has just been retired", () => {
  const lit = older("203.0.113.1", { lane: 0, want: "Quarantine", phase: "Draining" });
  const children = open(lit);

  test("keeps its lane as it is until its Service is gone", () =>
    assert.deepEqual(lanesOf(fleetWith([lit], { children }), noon), [
      { lane: 0, entry: "ip-203-0-113-1", uid: "uid-0", proxiesFrom: [] },
    ]));

  test("gives its lane to nobody meanwhile", () => {
    const lanes = claimedLanes(fleetWith([lit], { children }));
    assert.deepEqual(lanes, [1]);
  });

  test("keeps its lane open for a moment after it is dark", () => {
    const view = { ...lit.view, phase: "Quarantined", phaseSince: at(-2) } as const;
    const dark = { ...lit, view };
    const sight = fleetWith([dark], { children });
    assert.equal(lanesOf(sight, noon).length, 1);
    assert.deepEqual(lanesOf(sight, at(4)), []);
    assert.deepEqual(claimedLanes(sight), [1], "the last lane to be taken");
  });

  test("gets no certificate, and so no open lane, where its pods have none for it", () => {
    const sight = fleetWith([lit]);
    assert.deepEqual(lanesOf(sight, noon), []);
    const { asks } = decideFleet(sight, { now: noon, random: seeded(1) });
    assert.ok(asks.every(({ kind }) => kind !== "certificate"));
  });

  test("has its lane closed where its Service is held, and gives it to nobody", () => {
    const leaving = { since: at(-120), heldBy: ["example.org/theirs"] };
    const held = { ...lit, view: { ...lit.view, leaving } };
    const sight = fleetWith([held], { children });
    assert.deepEqual(lanesOf(sight, noon), []);
    assert.deepEqual(claimedLanes(sight), [1]);
  });

  test("takes its lane from a claim that got it before the restore", () => {
    const claim = seen(entry("203.0.113.2", { lane: 0, want: "Serve", phase: "Provisioning" }));
    const { effects } = decideFleet(fleetWith([lit, claim], { children }), {
      now: noon,
      random: seeded(1),
    });
    assert.ok(effects.some(({ id }) => id === "retire ip-203-0-113-2"));
  });

  test("holds the end of its fleet until it is dark", () => {
    const metadata = liveMeta(fleet.metadata.uid ?? "", {
      finalizers: ["proxyfleet.dev/quarantine-addresses"],
      deletionTimestamp: "2026-11-23T11:59:00Z",
    });
    const raw = fleetObject({ metadata, spec: fleet.spec });
    const ended = (one: Entry) =>
      decideFleet(fleetWith([one], { raw, parsed: parseWhatsAppProxy(raw) }), {
        now: noon,
        random: seeded(1),
      }).effects.some(({ kind, id }) => kind === "patch" && id === "finalizer");
    const dark = { ...lit, view: { ...lit.view, phase: "Quarantined" } as const };
    assert.deepEqual([ended(lit), ended(dark)], [false, true]);
  });
});

test("no claim gets a lane to which a Service may still lead, whichever fleet made it", () => {
  const known = fc.record({
    lane: fc.nat({ max: 5 }),
    want: fc.constantFrom(...wants),
    phase: fc.constantFrom(...addressPhases),
    isOlder: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(known, { maxLength: 6 }), (given) => {
      const entries = given.map(({ isOlder, ...one }, index) => {
        const address = `203.0.113.${index + 1}`;
        return isOlder ? older(address, one) : seen(entry(address, one));
      });
      const sight = fleetWith(entries, { children: open(...entries.slice(0, 3)) });
      const lit = entries.filter(({ view: { phase } }) => phase !== "Quarantined");
      const taken = new Set(lit.map(({ view: { lane } }) => lane));
      for (const lane of claimedLanes(sight)) assert.ok(!taken.has(lane), `lane ${lane} is taken`);
      const lanes = lanesOf(sight, noon);
      assert.equal(new Set(lanes.map(({ lane }) => lane)).size, lanes.length);
    }),
  );
});

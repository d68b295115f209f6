import { decideAddress } from "../../../src/address/decide.ts";
import type { AddressAsk } from "../../../src/address/asks.ts";
import type { ObservedAddress } from "../../../src/address/observed.ts";
import type { Probe, ProbeResult } from "../../../src/address/probe.ts";
import type { Effect } from "../../../src/runtime/effect.ts";
import type { Plan } from "../../../src/runtime/plan.ts";
import { parsedPool } from "../../objects/address-pool.ts";
import { fleetUid, parsedFleet } from "../../objects/fleet.ts";
import { entryObject, parsedEntry } from "../../objects/ledger-entry.ts";
import { serviceObject } from "../../objects/service.ts";
import { noon } from "../rotation/build.ts";

/** The address of which these tests speak. */
export const address = "203.0.113.9";

/** SHA-256 of the certificate that was made for it. */
export const sha256 = "c".repeat(64);

/** What the fleet asks of an address that is to go, at first and in the end. */
export const drain = { want: "Drain", drainUntil: "2026-11-23T13:00:00Z" };
export const quarantine = { want: "Quarantine", quarantineUntil: "2026-11-24T12:00:00Z" };

/** A probe that went well. */
export const works: ProbeResult = {
  readyPods: 2,
  lagging: [],
  problems: [],
  referenceWorks: undefined,
};

type GivenEntry = Parameters<typeof entryObject>[0];

/** An entry as the controller observes it: its load balancer has set the address, unless given otherwise. */
export function observedAddress(
  { metadata, ...entry }: NonNullable<GivenEntry> = {},
  given: Partial<ObservedAddress> = {},
): ObservedAddress {
  const live: NonNullable<NonNullable<GivenEntry>["metadata"]> = {
    uid: "e1",
    resourceVersion: "7",
    generation: 4,
    ...metadata,
  };
  const written = { address, metadata: live, ...entry };
  return {
    raw: entryObject(written),
    entry: parsedEntry(written),
    deletion: { kind: live.deletionTimestamp === undefined ? "none" : "wished" },
    fleet: parsedFleet({ metadata: { uid: fleetUid } }),
    pool: parsedPool(),
    certificate: sha256,
    services: [serviceObject({ metadata: { uid: "s1", resourceVersion: "2" } })],
    signs: { marks: [], kinds: [] },
    balancer: { given: [address], hostname: undefined },
    resolution: undefined,
    warnings: undefined,
    othersSetSince: undefined,
    heldElsewhere: [],
    pods: [],
    references: [],
    probe: undefined,
    refused: [],
    isBusy: false,
    ...given,
  };
}

/** What is decided at noon; a probe that is asked for brings `result`. */
export function decided(observed: ObservedAddress, result = works, now = noon): Plan<AddressAsk> {
  const plan = decideAddress(observed, { now, random: () => 0.5 });
  const [ask] = plan.asks;
  if (ask?.kind !== "probe") return plan;
  const probe: Probe = { request: ask.request, result, at: now };
  return decideAddress({ ...observed, probe }, { now, random: () => 0.5 });
}

/** The one effect of this id and kind that a plan has, if it has one. */
export function effectOf<K extends Effect["kind"]>(
  { effects }: Plan<AddressAsk>,
  kind: K,
  id?: string,
): Extract<Effect, { kind: K }> | undefined {
  const isIt = (effect: Effect): effect is Extract<Effect, { kind: K }> =>
    effect.kind === kind && (id === undefined || effect.id === id);
  return effects.find(isIt);
}

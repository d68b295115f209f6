import { addressView } from "../../../src/ledger/view.ts";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { AddressPhase } from "../../../src/api/address-phase.ts";
import type { FleetAsk } from "../../../src/fleet/asks.ts";
import { decideFleet } from "../../../src/fleet/decide.ts";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import type { Entry, ObservedFleet } from "../../../src/fleet/observed.ts";
import type { Plan } from "../../../src/runtime/plan.ts";
import { fleetObject, fleetUid } from "../../objects/fleet.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { noon, pool } from "../rotation/build.ts";

/** One slot, of the pool `pool-a`. */
export const addresses = { count: 1, pools: [{ name: "pool-a" }] };
/** The fleet of these tests, as it is stored. */
export const fleet = fleetObject({ metadata: liveMeta(fleetUid), spec: { addresses } });

/** An entry of slot 0 that has been in its phase for an hour. */
export function entry(
  address: string,
  {
    lane,
    want,
    phase,
  }: {
    readonly lane: number;
    readonly want: ProxyAddress["spec"]["want"];
    readonly phase: AddressPhase;
  },
): ProxyAddress {
  const until = "2026-12-23T12:00:00Z";
  const since = "2026-11-23T11:00:00Z";
  return parsedEntry({
    address,
    lane,
    metadata: liveMeta(`uid-${lane}`, { creationTimestamp: since }),
    spec: { want, ...(want === "Serve" ? {} : { drainUntil: until, quarantineUntil: until }) },
    status: { phase, phaseSince: since },
  });
}

/** An entry as a fleet sees it. */
export function seen(entry: ProxyAddress): Entry {
  return { entry, view: addressView(entry), tenant: entry.metadata.uid };
}

/** The fleet with these entries, all of which have a certificate. */
export function observed(
  entries: readonly ProxyAddress[],
  given: Partial<ObservedFleet> = {},
): ObservedFleet {
  const certificates = new Map(
    entries.map(({ metadata: { uid } }) => [uid, { pem: "pem", sha256: "c".repeat(64) }]),
  );
  return {
    key: { namespace: "proxies", name: "family" },
    raw: fleet,
    parsed: parseWhatsAppProxy(fleet),
    own: entries.map(seen),
    absence: undefined,
    unwished: [],
    orphans: [],
    unreadable: [],
    lostServices: [],
    pools: [pool()],
    formerPools: [],
    holds: [],
    vantagePoints: [],
    poolSpecs: new Map(),
    held: HeldAddresses.of([]),
    children: {
      secret: undefined,
      deployment: undefined,
      disruptionBudget: undefined,
      networkPolicy: undefined,
      share: undefined,
    },
    shareSecrets: undefined,
    shareKeyTrouble: "",
    names: { key: undefined, kind: "Unknown", endpoints: [], readings: new Map() },
    pods: [],
    certificates,
    lives: new Map(),
    ticketSeed: "seed",
    answers: new Map(),
    reports: [],
    isAsking: false,
    refused: [],
    contested: [],
    isBusy: false,
    turn: { kind: "now" },
    settings: { proxyImage: "proxyfleet/proxy:test", operatorNamespace: "proxyfleet-system" },
    ...given,
  };
}

const context = { now: noon, random: () => 0.5 };

/** What is decided at noon. */
export function planFor(
  entries: readonly ProxyAddress[],
  given: Partial<ObservedFleet> = {},
): Plan<FleetAsk> {
  return decideFleet(observed(entries, given), context);
}

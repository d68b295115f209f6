import { addressView } from "../../../src/ledger/view.ts";
import type { RoundMemory } from "../../../src/reachability/round-memory.ts";
import type { FleetAddresses, LedgerAddress } from "../../../src/reachability/targets.ts";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { parsedEntry } from "../../objects/ledger-entry.ts";
import { parsedVantagePoint } from "../../objects/vantage-point.ts";
import { noon } from "../rotation/build.ts";

/** Globalping in Iran every ten minutes, unless given otherwise. */
export function vantagePoint(
  spec: object = {},
  given: { readonly name?: string; readonly labels?: Record<string, string>; status?: object } = {},
): VantagePoint {
  const { labels = {}, ...rest } = given;
  return parsedVantagePoint({
    spec: spec as Record<string, unknown>,
    metadata: { uid: "vantage-uid", generation: 1, labels },
    ...rest,
  });
}

/** A control in Germany. */
export const control = vantagePoint({ country: "DE", role: "Control" }, { name: "control-de" });
/** A volunteer in Iran. */
export const agent = vantagePoint(
  { globalping: undefined, agent: { tokenSecretRef: { name: "volunteer" } } },
  { name: "volunteer" },
);

interface GivenAddress {
  readonly slot?: number;
  readonly phase?: string;
  /** Verdicts by country. */
  readonly verdicts?: Readonly<Record<string, string>>;
  readonly status?: object;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly metadata?: object;
}

/** An address of the fleet `family` that is published, unless given otherwise. */
export function address(ip: string, given: GivenAddress = {}): LedgerAddress {
  const { slot = 0, phase = "Serving", verdicts = {}, status, spec = {}, metadata = {} } = given;
  const since = "2026-11-23T10:00:00Z";
  const reachability = Object.entries(verdicts).map(([country, verdict]) => ({
    country,
    verdict,
    since,
  }));
  const entry = parsedEntry({
    address: ip,
    slot,
    spec,
    metadata,
    status: { phase, phaseSince: since, reachability, ...status },
  });
  return { entry, view: addressView(entry) };
}

/** A fleet for Iran with these addresses. */
export function fleet(addresses: readonly LedgerAddress[], spec: object = {}): FleetAddresses {
  const iran = { audience: { countries: ["IR"] } };
  return { fleet: parsedFleet({ spec: { ...iran, ...spec } }), addresses };
}

/** A round of all addresses that ended well at noon, unless given otherwise. */
export function memory(given: Partial<RoundMemory> = {}): RoundMemory {
  return {
    uid: "vantage-uid",
    generation: 1,
    endedAt: noon,
    fullAt: noon,
    answer: { kind: "worked" },
    failures: 0,
    quickRounds: 0,
    jitter: 0.5,
    last: { at: noon, results: 4 },
    ...given,
  };
}

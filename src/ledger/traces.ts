import { fleetLabel, fleetNamespaceLabel } from "../api/names.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { canonicalIp, parseIp } from "../values/ip.ts";
import { memoizeWeakly } from "../values/memoize.ts";
import { parseInstant } from "../values/time.ts";
import { addressOfName } from "./name.ts";
import type { HeldAddress } from "./view.ts";

/**
 * What can be made out of an entry that this version can't read: enough to keep others from what it
 * holds, and to find what it leads to. Nothing else follows from it.
 */
export interface EntryTraces {
  readonly claimant: Claimant | undefined;
  readonly pool: string | undefined;
  readonly slot: number | undefined;
  readonly lane: number | undefined;
  /** It waits until its quarantine is over: nobody uses it. */
  readonly isAtRest: boolean;
  readonly held: HeldAddress | undefined;
}

/** The fleet that an entry is claimed for. */
export interface Claimant {
  readonly namespace: string;
  readonly name: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is left of an entry, whatever is wrong with it. */
export const tracesOf: (raw: CustomObject) => EntryTraces = memoizeWeakly((raw) => {
  const spec = fieldsOf(raw.spec);
  return {
    claimant: claimantOf(raw),
    pool: textOf(spec["pool"]),
    slot: numberOf(fieldsOf(spec["claimRef"])["slot"]),
    lane: numberOf(spec["lane"]),
    isAtRest: spec["want"] === "Quarantine",
    held: heldBy(raw, spec),
  };
});

/** The fleet that an entry is claimed for. One whose claim is malformed is filed by its labels. */
export function claimantOf({ metadata, spec }: CustomObject): Claimant | undefined {
  const { namespace, name } = fieldsOf(fieldsOf(spec)["claimRef"]);
  if (typeof namespace === "string" && typeof name === "string") return { namespace, name };
  const { [fleetNamespaceLabel]: there, [fleetLabel]: fleet } = metadata.labels ?? {};
  return there === undefined || fleet === undefined ? undefined : { namespace: there, name: fleet };
}

/** Its name says which address it holds, where its spec does not: creating it was the claim. */
function heldBy({ metadata, status }: CustomObject, spec: Fields): HeldAddress | undefined {
  const address = canonicalIp(textOf(spec["address"]) ?? "") ?? addressOfName(metadata.name);
  if (address === undefined) return undefined;
  const quarantined = spec["want"] === "Quarantine";
  return {
    ip: parseIp(address),
    pool: textOf(spec["pool"]) ?? "",
    quarantined,
    until: quarantined ? parseInstant(textOf(spec["quarantineUntil"])) : undefined,
    burnt: spec["retiredBecause"] === "Blocked" || wasBlocked(fieldsOf(status)),
  };
}

function wasBlocked({ reachability }: Fields): boolean {
  if (!Array.isArray(reachability)) return false;
  return reachability.some((verdict) => fieldsOf(verdict)["verdict"] === "Blocked");
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

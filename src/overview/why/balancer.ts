import { type BalancerWords, balancerWords } from "../../address/balancer-words.ts";
import { addressLabel } from "../../api/names.ts";
import type { KubeEvent } from "../../kubernetes/events.ts";
import type { KubeObject, Service } from "../../kubernetes/objects.ts";
import type { AddressOverview } from "../address.ts";
import { eventTime } from "../history.ts";
import type { Observed } from "../observed.ts";
import type { SlotCase } from "./cause.ts";

/** Who refuses an address of a slot, and in which words. */
export interface BalancerNo {
  readonly pool: string;
  readonly provider: string;
  readonly words: string;
}

/** What the load balancer refuses of a slot's claims; undefined where it refuses nothing. */
export function balancerSays({ slot, overview, observed }: SlotCase): BalancerNo | undefined {
  for (const address of slot.addresses) {
    if (address.want !== "Serve" || address.phase === "Serving") continue;
    const words = wordsOf(address, observed);
    if (!address.refused && words?.isNo !== true) continue;
    const provider = overview.pools?.find(({ name }) => name === address.pool)?.provider;
    const said = words?.text ?? address.waitsFor ?? "it does not say why";
    return { pool: address.pool, provider: provider ?? "its load balancer", words: said };
  }
  return undefined;
}

/** What the load balancer said last of an address's Service. */
export function wordsOf(address: AddressOverview, observed: Observed): BalancerWords | undefined {
  const service = serviceOf(address, observed);
  if (service === undefined) return undefined;
  const { uid = "" } = service.metadata;
  const warnings = warningsOf(service, observed).map(({ reason, note }) => ({
    reason,
    message: note,
  }));
  return balancerWords(service, { uid, warnings, at: observed.now });
}

/** The Service of an address, where it was read. */
export function serviceOf({ name }: AddressOverview, { services }: Observed): Service | undefined {
  return services?.find(({ metadata }) => metadata.labels?.[addressLabel] === name);
}

/** Warnings about an object, the newest first. */
export function warningsOf(of: KubeObject, { events }: Observed): readonly KubeEvent[] {
  const { uid } = of.metadata;
  const about = (events ?? []).filter(
    ({ regarding, type }) => type === "Warning" && uid !== undefined && regarding.uid === uid,
  );
  return about.toSorted((a, b) => (eventTime(b) ?? 0) - (eventTime(a) ?? 0));
}

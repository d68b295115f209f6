import type { Instant } from "../../../../src/values/time.ts";
import { hours, parseInstant, since } from "../../../../src/values/time.ts";
import type { Entry } from "./entry.ts";
import type { Fleet } from "./fleet.ts";

/** What must be remembered over time to know whether a promise was kept. */
export class Memory {
  /** Requests (fleet, text, slot) whose address was published. */
  readonly #served = new Set<string>();
  /** When each move by age was claimed, by entry. */
  readonly #movesByAge = new Map<string, Instant>();
  readonly #certificates = new Map<string, string>();
  /** The tenant of each address, by the name of its entry. */
  readonly #tenants = new Map<string, string>();

  /** What is wrong with a claim as the next of several. `isAsked`: it replaces no deleted entry. */
  claimed(
    entry: Entry,
    fleet: Fleet,
    { now, isAsked }: { readonly now: Instant; readonly isAsked: boolean },
  ): readonly string[] {
    const { cause, requestedAt, claimRef } = entry.spec;
    const isByText = cause === "Requested" && requestedAt !== undefined;
    if (isByText && isAsked && this.isServed(fleet, requestedAt, claimRef.slot))
      return [`slot ${claimRef.slot} answers "${requestedAt}" for the second time`];
    if (cause !== "Age") return [];
    const recent = [...this.#movesByAge.values()].filter((at) => since(at, now) < hours(1)).length;
    this.#movesByAge.set(entry.name, now);
    const { addresses, rotation } = fleet.spec;
    const most = Math.max(1, Math.floor((addresses.count * rotation.maxPerHourPercent) / 100));
    return recent < most ? [] : [`${recent} moves by age within an hour, and one more`];
  }

  /** People have this address now. */
  published({ spec }: Entry, fleet: Fleet): void {
    this.#served.add(requestKey(fleet, spec.requestedAt, spec.claimRef.slot));
  }

  isServed(fleet: Fleet, text: string | undefined, slot: number): boolean {
    return this.#served.has(requestKey(fleet, text, slot));
  }

  /** What a lost entry had answered is known to nobody any more. */
  lost({ name, spec }: Entry, fleet: Fleet): void {
    this.#served.delete(requestKey(fleet, spec.requestedAt, spec.claimRef.slot));
    this.#movesByAge.delete(name);
  }

  /** A move by age that came to nothing is none. */
  retired({ name, spec }: Entry): void {
    if (spec.want === "Quarantine" && spec.drainUntil === undefined) this.#movesByAge.delete(name);
  }

  /** A person forgot an entry before its time. */
  forgotten({ name, spec }: Entry, now: Instant): void {
    if ((parseInstant(spec.quarantineUntil) ?? now) > now) this.#movesByAge.delete(name);
  }

  /** An entry is there that was not: a new tenant of its address, but for one that is adopted. */
  added({ name, createdAt, isAdopted }: Entry): void {
    const tenant = `${name} of ${createdAt}`;
    this.#tenants.set(name, isAdopted ? (this.#tenants.get(name) ?? tenant) : tenant);
  }

  /** An entry shows this certificate. No other tenant ever may. */
  shows({ name, createdAt }: Entry, sha256: string): readonly string[] {
    const owner = this.#tenants.get(name) ?? `${name} of ${createdAt}`;
    const first = this.#certificates.get(sha256) ?? owner;
    this.#certificates.set(sha256, first);
    return first === owner ? [] : [`${owner} shows the certificate of ${first}`];
  }
}

function requestKey({ metadata }: Fleet, text: string | undefined, slot: number): string {
  return `${metadata.uid} ${text ?? ""} ${slot}`;
}

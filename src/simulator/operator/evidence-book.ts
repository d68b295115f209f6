import { minutes, type Instant, since } from "../../values/time.ts";
import type { Evidence, Listener, TestEvidence } from "../../reachability/evidence.ts";
import type { EvidenceLog } from "../../reachability/evidence-log.ts";

/** Evidence that is older says nothing any more, by any fleet of ours. */
const keptFor = minutes(35);

/** A place from which addresses are tested. */
export interface Tester {
  readonly name: string;
  readonly country: string;
  readonly role: "Probe" | "Control";
}

/** When a tester last found all ports of an address working. */
interface Calm {
  readonly tester: Tester;
  readonly listeners: readonly Listener[];
  at: Instant;
}

/**
 * What vantage points and people said, as the operator's EvidenceKeeper gives it. Tests that worked
 * like the ones before are not written down one by one: the newest of each series says all.
 */
export class EvidenceBook {
  /** Since when evidence is taken in. */
  readonly beganAt: Instant;
  readonly #now: () => Instant;
  readonly #calm = new Map<string, Map<string, Calm>>();
  readonly #told = new Map<string, Evidence[]>();
  readonly #listeners = new Set<(addresses: readonly string[]) => void>();
  #log: EvidenceLog | undefined;

  constructor(now: () => Instant) {
    this.#now = now;
    this.beganAt = now();
  }

  /** All that is known now. */
  get log(): EvidenceLog {
    this.#log ??= this.#written();
    return this.#log;
  }

  /** Whether nothing but tests that worked is known of an address. */
  isCalm(address: string): boolean {
    return !this.#told.has(address);
  }

  /** Calls `listener` with the addresses that there is something new of. */
  onNews(listener: (addresses: readonly string[]) => void): void {
    this.#listeners.add(listener);
  }

  /** A tester found all ports working. It is news where something spoke against the address. */
  worked(address: string, tester: Tester, listeners: readonly Listener[]): boolean {
    const own = this.#calm.get(address) ?? new Map<string, Calm>();
    const isNew = own.size === 0 || !this.isCalm(address);
    const known = own.get(tester.name);
    if (known === undefined) own.set(tester.name, { tester, listeners, at: this.#now() });
    else known.at = this.#now();
    this.#calm.set(address, own);
    this.#log = undefined;
    return isNew;
  }

  /** Somebody said something that has to be weighed. */
  tell(one: Evidence): void {
    const own = this.#told.get(one.address) ?? [];
    own.push(one);
    this.#told.set(one.address, own);
    this.#log = undefined;
  }

  /** What was reported so far is to be weighed now. */
  publish(addresses: readonly string[]): void {
    if (addresses.length === 0) return;
    for (const listener of this.#listeners) listener(addresses);
  }

  /** An address has no entry any more. */
  forget(address: string): void {
    this.#calm.delete(address);
    this.#told.delete(address);
    this.#log = undefined;
  }

  #written(): EvidenceLog {
    const now = this.#now();
    const log = new Map<string, readonly Evidence[]>();
    for (const [address, own] of this.#calm)
      log.set(
        address,
        [...own.values()].flatMap((calm) => testsOf(address, calm)),
      );
    for (const [address, told] of this.#told) {
      const kept = told.filter(({ at }) => since(at, now) <= keptFor);
      if (kept.length === 0) this.#told.delete(address);
      else {
        if (kept.length < told.length) this.#told.set(address, kept);
        log.set(address, [...(log.get(address) ?? []), ...kept]);
      }
    }
    return log;
  }
}

function testsOf(address: string, { tester, listeners, at }: Calm): readonly TestEvidence[] {
  const { name: vantagePoint, country, role } = tester;
  return listeners.map((listener) => ({
    kind: "test",
    address,
    at,
    vantagePoint,
    country,
    role,
    listener,
    outcome: { kind: "Worked", upTo: "transfer" },
    reachesElse: true,
  }));
}

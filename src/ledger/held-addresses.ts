import { type Ip, type IpRange, mergeRanges, prefixOf } from "../values/ip.ts";
import type { HeldAddress } from "./view.ts";

/** Two groups in one network may be blocked together: censors block whole networks. */
const networkOfGroup = { ipv4: 24, ipv6: 48 } as const;

/** Lengths of prefixes by family. */
export interface PrefixLengths {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** A network of which addresses are in use. */
interface Network {
  readonly range: IpRange;
  users: number;
}

interface Content {
  readonly sorted: HeldAddress[];
  readonly networks: Map<string, Network>;
  readonly burnt: Set<HeldAddress>;
  readonly repeated: number;
}

/** Every address that the ledger holds, in order, so that no plan looks at each of them. */
export class HeldAddresses implements Iterable<HeldAddress> {
  readonly #sorted: HeldAddress[];
  /** Networks with addresses in use, by their first address. */
  readonly #networks: Map<string, Network>;
  readonly #burnt: Set<HeldAddress>;
  /** How many are held once more: no plan makes such, but a restored ledger may hold them. */
  #repeated: number;

  private constructor({ sorted, networks, burnt, repeated }: Content) {
    this.#sorted = sorted;
    this.#networks = networks;
    this.#burnt = burnt;
    this.#repeated = repeated;
  }

  static of(held: Iterable<HeldAddress>): HeldAddresses {
    const all = new HeldAddresses({
      sorted: [],
      networks: new Map(),
      burnt: new Set(),
      repeated: 0,
    });
    for (const each of [...held].sort((a, b) => compareIps(a.ip, b.ip))) all.add(each);
    return all;
  }

  /**
   * A copy for a plan to add to. Its indexes are copied and not computed, since each plan with a
   * claim needs one.
   */
  copy(): HeldAddresses {
    const networks = new Map([...this.#networks].map(([key, network]) => [key, { ...network }]));
    return new HeldAddresses({
      sorted: [...this.#sorted],
      networks,
      burnt: new Set(this.#burnt),
      repeated: this.#repeated,
    });
  }

  [Symbol.iterator](): Iterator<HeldAddress> {
    return this.#sorted[Symbol.iterator]();
  }

  add(held: HeldAddress): void {
    if (this.has(held.ip)) this.#repeated++;
    this.#sorted.splice(this.#from(held.ip), 0, held);
    this.#note(held);
  }

  /** Takes out this very object, if it is there. */
  remove(held: HeldAddress): void {
    const index = this.#sorted.indexOf(held, this.#from(held.ip));
    if (index < 0) return;
    this.#sorted.splice(index, 1);
    if (this.has(held.ip)) this.#repeated--;
    this.#burnt.delete(held);
    if (held.quarantined) return;
    const key = textOf(networkOf(held.ip));
    const network = this.#networks.get(key);
    if (network !== undefined && --network.users === 0) this.#networks.delete(key);
  }

  has(ip: Ip): boolean {
    return isSame(this.#sorted[this.#from(ip)]?.ip, ip);
  }

  /** Those that lie in ranges which don't overlap. */
  inside(ranges: readonly IpRange[]): readonly HeldAddress[] {
    return ranges.flatMap((range) => this.#sorted.slice(...this.#bounds(range)));
  }

  /** How many different addresses of ranges that don't overlap are held. */
  countInside(ranges: readonly IpRange[]): number {
    if (this.#repeated > 0)
      return this.inside(ranges).filter(({ ip }, index, all) => !isSame(all[index - 1]?.ip, ip))
        .length;
    return ranges
      .map((range) => this.#bounds(range))
      .reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** What of these ranges is held. */
  takenOf(ranges: readonly IpRange[]): readonly IpRange[] {
    return this.inside(ranges).map(({ ip: { family, value } }) => ({
      family,
      first: value,
      last: value,
    }));
  }

  /** All around each address that was blocked somewhere. */
  nearBurnt(lengths: PrefixLengths): readonly IpRange[] {
    return mergeRanges([...this.#burnt].map(({ ip }) => prefixOf(ip, lengthFor(ip, lengths))));
  }

  /** Networks (/24, IPv6 /48) with addresses in use. */
  networksInUse(): readonly IpRange[] {
    return [...this.#networks.values()].map(({ range }) => range);
  }

  #note(held: HeldAddress): void {
    if (held.burnt) this.#burnt.add(held);
    if (held.quarantined) return;
    const range = networkOf(held.ip);
    const network = this.#networks.get(textOf(range));
    if (network === undefined) this.#networks.set(textOf(range), { range, users: 1 });
    else network.users++;
  }

  /** Indexes of the first one in a range, and of the first one behind it. */
  #bounds({ family, first, last }: IpRange): readonly [number, number] {
    return [this.#from({ family, value: first }), this.#from({ family, value: last + 1n })];
  }

  /** Index of the first one that is not below `ip`. */
  #from(ip: Ip): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const each = this.#sorted[middle];
      if (each !== undefined && compareIps(each.ip, ip) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function networkOf(ip: Ip): IpRange {
  return prefixOf(ip, lengthFor(ip, networkOfGroup));
}

function textOf({ family, first }: IpRange): string {
  return `${family} ${first}`;
}

function lengthFor({ family }: Ip, { ipv4, ipv6 }: PrefixLengths): number {
  return family === 4 ? ipv4 : ipv6;
}

function isSame(a: Ip | undefined, b: Ip): boolean {
  return a !== undefined && compareIps(a, b) === 0;
}

function compareIps(a: Ip, b: Ip): number {
  if (a.family !== b.family || a.value === b.value) return a.family - b.family;
  return a.value < b.value ? -1 : 1;
}

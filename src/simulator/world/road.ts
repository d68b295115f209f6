import type { Instant } from "../../values/time.ts";

interface RoadListener {
  readonly onLight?: (address: string) => void;
  readonly onDark?: (address: string) => void;
  readonly onPublished?: (group: number, address: string) => void;
}

/** Which addresses answer to the world, and which one each group is given. */
export class Road {
  readonly #now: () => Instant;
  readonly #lit = new Map<string, Instant>();
  readonly #published = new Map<number, string>();
  readonly #listeners = new Set<RoadListener>();

  constructor(now: () => Instant) {
    this.#now = now;
  }

  listen(listener: RoadListener): void {
    this.#listeners.add(listener);
  }

  isLit(address: string): boolean {
    return this.#lit.has(address);
  }

  /** All addresses that answer now. */
  get lit(): readonly string[] {
    return [...this.#lit.keys()];
  }

  /** The address that a group is given; undefined where it has none. */
  published(group: number): string | undefined {
    return this.#published.get(group);
  }

  /** Addresses that groups are given now. */
  get allPublished(): ReadonlySet<string> {
    return new Set(this.#published.values());
  }

  light(address: string): void {
    if (this.#lit.has(address)) return;
    this.#lit.set(address, this.#now());
    for (const { onLight } of this.#listeners) onLight?.(address);
  }

  darken(address: string): void {
    if (!this.#lit.delete(address)) return;
    for (const { onDark } of this.#listeners) onDark?.(address);
  }

  publish(group: number, address: string): void {
    if (this.#published.get(group) === address) return;
    this.#published.set(group, address);
    for (const { onPublished } of this.#listeners) onPublished?.(group, address);
  }
}

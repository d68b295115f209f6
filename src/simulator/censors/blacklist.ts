import { networkOf } from "../world/networks.ts";
import type { BlockEffect } from "../world/border.ts";
import { type Millis, millis } from "../../values/time.ts";
import { exponential } from "../world/chance.ts";
import type { CensorScene } from "./scene.ts";

/** How a censor keeps its list, and what its boxes do with it. */
export interface ListHabits {
  readonly effect: BlockEffect;
  /** Mean time from finding an address to blocking it. */
  readonly delayMean: Millis;
  /** Local hours in which lists are changed; absent: at any time. */
  readonly office?: readonly [from: number, to: number];
  /** A block lapses once the address has been dark for so long; absent: never. */
  readonly lapse?: Millis;
  /** Providers obey one after another, so long after each other; absent: all at once. */
  readonly ispDelay?: Millis;
  /** The first block of an address is of its chat port alone; the whole address follows when chat moves. */
  readonly portFirst?: boolean;
  /** So many listed addresses in one /24 make the whole /24 blocked; absent: never. */
  readonly networkAfter?: number;
  /** So many blocked /24s of one hosting provider make all of it blocked; absent: never. */
  readonly providerAfter?: number;
}

/**
 * The list of one censor: whatever finds addresses puts them here. It is the same for scans,
 * informers and all others, so that they add up as they would in one office.
 */
export class Blacklist {
  readonly #scene: CensorScene;
  readonly #habits: ListHabits;
  readonly #lifts = new Map<string, () => void>();
  readonly #pending = new Set<string>();
  readonly #networks = new Map<string, Set<string>>();
  readonly #providers = new Map<string, Set<string>>();
  readonly #listeners = new Set<(address: string) => void>();
  readonly #random;

  constructor(scene: CensorScene, habits: ListHabits) {
    this.#scene = scene;
    this.#habits = habits;
    this.#random = scene.random("blacklist");
    scene.road.listen({ onDark: (address) => this.#dark(address) });
  }

  has(address: string): boolean {
    return this.#lifts.has(address);
  }

  /** Calls `listener` with each address as it is blocked. */
  onBlocked(listener: (address: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Something found an address: it is blocked when the office has got to it. */
  found(address: string): void {
    if (this.has(address) || this.#pending.has(address)) return;
    this.#pending.add(address);
    const { agenda, day } = this.#scene;
    const { delayMean, office } = this.#habits;
    const delay = delayMean === 0 ? 0 : exponential(this.#random, delayMean);
    agenda.timer(delay, () => {
      const wait = office === undefined ? 0 : day.untilBetween(agenda.now(), office);
      // Not all on the stroke of the hour: a list is worked through.
      const within = wait > 0 ? millis(this.#random() * 3_600_000) : 0;
      agenda.timer(wait + within, () => this.#block(address));
    });
  }

  #block(address: string): void {
    this.#pending.delete(address);
    if (this.has(address)) return;
    const lifts = this.#lift(address);
    this.#lifts.set(address, () => lifts.forEach((lift) => lift()));
    if (!this.#scene.road.isLit(address)) this.#dark(address);
    for (const listener of this.#listeners) listener(address);
    this.#escalate(address);
  }

  #lift(address: string): (() => void)[] {
    const { border, agenda, isps } = this.#scene;
    const { effect, ispDelay, portFirst } = this.#habits;
    const what = { kind: "address", address } as const;
    const ports = portFirst === true ? { listeners: ["chat" as const] } : {};
    if (ispDelay === undefined) return [border.add({ what, effect, ...ports })];
    const lifts: (() => void)[] = [];
    isps.forEach((isp, index) => {
      const put = (): void => {
        if (index === 0 || this.has(address))
          lifts.push(border.add({ what, effect, ...ports, isps: new Set([isp]) }));
      };
      if (index === 0) put();
      else agenda.timer(index * ispDelay, put);
    });
    return lifts;
  }

  /** A list that nobody renews lapses: scanners of the censor find nothing any more. */
  #dark(address: string): void {
    const { lapse } = this.#habits;
    const { agenda, road } = this.#scene;
    if (lapse === undefined || !this.has(address)) return;
    agenda.timer(lapse, () => {
      if (road.isLit(address)) return;
      this.#lifts.get(address)?.();
      this.#lifts.delete(address);
    });
  }

  #escalate(address: string): void {
    const { networkAfter, providerAfter, effect } = this.#habits;
    const { border, providerOf } = this.#scene;
    if (networkAfter === undefined) return;
    const network = networkOf(address);
    const own = (this.#networks.get(network) ?? new Set()).add(address);
    this.#networks.set(network, own);
    if (own.size !== networkAfter) return;
    border.add({ what: { kind: "network", cidr: network }, effect });
    if (providerAfter === undefined) return;
    const cidrs = providerOf(address);
    const key = cidrs.join();
    const blocked = (this.#providers.get(key) ?? new Set()).add(network);
    this.#providers.set(key, blocked);
    if (blocked.size !== providerAfter) return;
    for (const cidr of cidrs) border.add({ what: { kind: "network", cidr }, effect });
  }
}

import type { Millis } from "../../values/time.ts";
import { exponential, hashOf } from "../world/chance.ts";
import type { Blacklist } from "./blacklist.ts";
import type { CensorScene } from "./scene.ts";

/** Finds addresses, and puts them on the censor's list. */
export type Finder = (scene: CensorScene, list: Blacklist) => void;

export interface ScanHabits {
  /** From one scan of an address to its next. */
  readonly every: Millis;
  /** The chance that a scan knows a proxy that answers for what it is. */
  readonly recognises: number;
}

/** Scans of the whole internet: each address has its turn at a time of its own. */
export function scans({ every, recognises }: ScanHabits): Finder {
  return (scene, list) => {
    const { agenda, road } = scene;
    const random = scene.random("scans");
    const scan = (address: string): void => {
      if (!road.isLit(address)) return;
      if (random() < recognises) list.found(address);
      else agenda.timer(every, () => scan(address));
    };
    const begin = (address: string): void => {
      const turn = hashOf(address) % every;
      const wait = (turn - (agenda.now() % every) + every) % every;
      agenda.timer(wait, () => scan(address));
    };
    road.listen({ onLight: begin });
  };
}

/** So many different clients of one foreign address look like a proxy. */
export function counts({ clients }: { readonly clients: number }): Finder {
  return ({ people }, list) => {
    const seen = new Map<string, Set<number>>();
    people.listen({
      onConnect: ({ id }, address) => {
        const own = (seen.get(address) ?? new Set()).add(id);
        seen.set(address, own);
        if (own.size >= clients) list.found(address);
      },
    });
  };
}

export interface ProbeHabits {
  /** The chance that a first connection of a phone is picked out and looked into. */
  readonly inspects: number;
  /** The chance that the probe of what was picked out knows it for what it is. */
  readonly recognises: number;
  readonly within: Millis;
}

/** Connections that look odd are followed by a probe from the censor itself. */
export function probes({ inspects, recognises, within }: ProbeHabits): Finder {
  return (scene, list) => {
    const { agenda, people, road } = scene;
    const random = scene.random("probes");
    people.listen({
      onConnect: (_, address) => {
        if (random() >= inspects) return;
        const isKnown = random() < recognises;
        agenda.timer(exponential(random, within), () => {
          if (isKnown && road.isLit(address)) list.found(address);
        });
      },
    });
  };
}

/** Members of groups report each address that they get. */
export function informers({ within }: { readonly within: Millis }): Finder {
  return (scene, list) => {
    const random = scene.random("informers");
    scene.people.listen({
      onConnect: ({ isInsider }, address) => {
        if (isInsider) scene.agenda.timer(exponential(random, within), () => list.found(address));
      },
    });
  };
}

export interface ZigzagHabits {
  /** So many phones that used a blocked address, seen on one new address, give it away. */
  readonly clients: number;
  /** How long a phone is followed after its address was blocked. */
  readonly follows: Millis;
}

/** People who used a blocked address are followed to the next one (Fares and others, 2026). */
export function zigzag({ clients, follows }: ZigzagHabits): Finder {
  return ({ agenda, people }, list) => {
    const watched = new Map<number, number>();
    const seen = new Map<string, Set<number>>();
    const users = new Map<string, Set<number>>();
    list.onBlocked((address) => {
      for (const id of users.get(address) ?? []) watched.set(id, agenda.now() + follows);
    });
    people.listen({
      onConnect: ({ id }, address) => {
        users.set(address, (users.get(address) ?? new Set()).add(id));
        if ((watched.get(id) ?? 0) < agenda.now() || list.has(address)) return;
        const own = (seen.get(address) ?? new Set()).add(id);
        seen.set(address, own);
        if (own.size >= clients) list.found(address);
      },
    });
  };
}

/** Knows every address as soon as it answers: nobody can win against it. */
export const omniscience: Finder = ({ road }, list) => {
  road.listen({ onLight: (address) => list.found(address) });
};

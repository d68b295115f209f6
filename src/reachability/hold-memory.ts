import { type Instant, minutes, plus } from "../values/time.ts";
import type { CountryFindings } from "./hold.ts";
import { type HeldSlot, type HoldState, firstHold, nextHold } from "./release.ts";

/** Who has led for longer than this has seen each hold begin. */
const newness = minutes(1);

/** What this process remembers of a country, as one rule sees it. */
interface Known {
  readonly state: HoldState;
  /** Since when it is the turn of a slot, by its id. */
  readonly turns: ReadonlyMap<string, Instant>;
}

/** How far each country is with its outages. A key names a country and the rule of an outage. */
export class HoldMemory {
  readonly #known = new Map<string, Known>();
  readonly #beganAt: () => Instant | undefined;

  /** @param beganAt since when this process leads; undefined where it has not begun */
  constructor(beganAt: () => Instant | undefined) {
    this.#beganAt = beganAt;
  }

  /** Takes in what was found of a country; true where a hold has ended with that. */
  note(
    key: string,
    { outage, waiting }: Pick<CountryFindings, "outage"> & { readonly waiting: number },
    now: Instant,
  ): boolean {
    const isNew = now < plus(this.#beganAt() ?? now, newness);
    const before = this.#known.get(key)?.state ?? firstHold(isNew ? waiting : 0, now);
    const state = nextHold(before, outage, now);
    this.#known.set(key, { state, turns: this.#known.get(key)?.turns ?? new Map() });
    return before.phase === "Holding" && state.phase === "Released";
  }

  /** @throws Error where nothing was noted of it */
  state(key: string): HoldState {
    const known = this.#known.get(key);
    if (known === undefined) throw new Error(`nothing was noted of ${key}`);
    return known.state;
  }

  /** The slots, each with the time since when it is its turn. */
  withTurns(key: string, waiting: readonly Omit<HeldSlot, "offeredAt">[]): readonly HeldSlot[] {
    const turns = this.#known.get(key)?.turns;
    return waiting.map((slot) => ({ ...slot, offeredAt: turns?.get(slot.id) }));
  }

  /** Remembers whose turn it is, as long as these wait. */
  offer(
    key: string,
    { ids, waiting }: { readonly ids: Iterable<string>; readonly waiting: readonly HeldSlot[] },
    now: Instant,
  ): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    const offered = new Set(ids);
    const turns = waiting.flatMap(({ id, offeredAt = offered.has(id) ? now : undefined }) =>
      offeredAt === undefined ? [] : [[id, offeredAt] as const],
    );
    this.#known.set(key, { ...known, turns: new Map(turns) });
  }
}

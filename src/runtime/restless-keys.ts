/**
 * A key may be looked at this often in a row without getting on. Each second gives one look back. A
 * move of one slot takes eight looks at its fleet, of which half get on.
 */
const patience = 40;

/** After one that gets on, so many more looks count for nothing; a restless key has as many at once. */
const encouragement = 3;

/** What a restless key has to give back: it stays one until it has been calm for half a minute. */
const restless = patience + 30;

/** While others are busy, one restless key after the other goes in this time (ms). */
const paceMs = 1_000;

/** However many they are, each goes once in this time (ms). */
const longestPaceMs = 10_000;

interface Activity {
  /** Looks that no second has given back yet, when it went last. */
  readonly looks: number;
  readonly at: number;
}

interface Calm {
  readonly key: string;
  readonly at: number;
}

/**
 * Keys that come again and again and get nowhere, such as an object that somebody changes all the
 * time. While other keys have something to do, one of them goes a second, and each of many once in
 * ten, so that one owner's restlessness does not take the time of all. Otherwise they go as often
 * as they like: nobody waits for them. A fleet with much to do gets on, and is not restless.
 */
export class RestlessKeys {
  readonly #now: () => number;
  /** By key, the one that went longest ago first. What is forgotten was calm. */
  readonly #known = new Map<string, Activity>();
  /** Those of them that were restless when they went last. */
  readonly #restless = new Set<string>();
  /** The last two keys that went and are not restless, the last one first. */
  #calm: readonly Calm[] = [];

  /** `now` never goes back (ms). */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How long the key has to wait (ms); 0 where it may go now. */
  waitMs(key: string): number {
    const now = this.#now();
    const known = this.#known.get(key);
    if (known === undefined || looksOf(known, now) < patience) return 0;
    const other = this.#calm.find((calm) => calm.key !== key);
    const areOthersBusy = other !== undefined && now - other.at < paceMs;
    return areOthersBusy ? Math.max(0, known.at + this.#paceMs() - now) : 0;
  }

  /** The key goes now, whether it could have waited or not. */
  went(key: string): void {
    const now = this.#now();
    const before = looksOf(this.#known.get(key), now);
    if (before < patience) this.#wentCalmly(key, now);
    this.#known.delete(key);
    const looks = before + 1;
    this.#known.set(key, { looks: looks < patience ? looks : restless, at: now });
    if (looks < patience) this.#restless.delete(key);
    else this.#restless.add(key);
    for (const [oldest, activity] of this.#known) {
      if (looksOf(activity, now) > 0) return;
      this.#known.delete(oldest);
      this.#restless.delete(oldest);
    }
  }

  /** The last look at the key got on: something is as it should be that was not so before. */
  gotOn(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#restless.delete(key);
    this.#known.set(key, { ...known, looks: Math.min(known.looks, patience) - encouragement });
  }

  #paceMs(): number {
    return Math.min(longestPaceMs, paceMs * this.#restless.size);
  }

  #wentCalmly(key: string, at: number): void {
    const other = this.#calm.find((calm) => calm.key !== key);
    this.#calm = [{ key, at }, ...(other === undefined ? [] : [other])];
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#known.size;
  }
}

function looksOf(activity: Activity | undefined, now: number): number {
  return activity === undefined ? 0 : Math.max(0, activity.looks - (now - activity.at) / 1_000);
}

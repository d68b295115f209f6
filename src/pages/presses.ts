import { z } from "zod";
import { type Instant, instant } from "../values/time.ts";

/** How often a page's button was pressed. Nothing of who pressed it. */
export interface Presses {
  /** `id` of the page. */
  readonly page: string;
  /** Since when the page has shown what was reported. */
  readonly shown: Instant;
  readonly count: number;
}

/** Beyond this, more presses are not counted: the words would be the same. */
const mostPresses = 100_000;

/** Pages with presses that are remembered at once. */
const mostPages = 4096;

/** Presses, added up. Bounded, whatever comes. */
export class PressCount {
  readonly #counts = new Map<string, Presses>();

  add({ page, shown, count }: Presses): void {
    const key = `${page} ${shown}`;
    const before = this.#counts.get(key)?.count ?? 0;
    if (before === 0 && this.#counts.size >= mostPages) return;
    this.#counts.set(key, { page, shown, count: Math.min(mostPresses, before + count) });
  }

  /** All that was counted; from here on it begins again. */
  takeAll(): readonly Presses[] {
    const all = [...this.#counts.values()];
    this.#counts.clear();
    return all;
  }
}

/** Pages in one request from replica to replica. */
export const mostHandedOver = 256;
/** Bytes of the largest such request: it has no more than 130 for each page. */
export const largestHandOver = 65_536;

const handOverSchema = z.strictObject({
  presses: z
    .array(
      z.strictObject({
        page: z.string().regex(/^[0-9a-f]{64}$/),
        shown: z.int().min(0),
        count: z.int().min(1).max(mostPresses),
      }),
    )
    .min(1)
    .max(mostHandedOver),
});

/** The bodies that carry these presses from one replica to the one that leads. */
export function handOverBodies(presses: readonly Presses[]): readonly string[] {
  const count = Math.ceil(presses.length / mostHandedOver);
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      presses: presses.slice(index * mostHandedOver, (index + 1) * mostHandedOver),
    }),
  );
}

/** Reads what another replica sent; undefined where it is not what this version understands. */
export function parseHandOver(text: string): readonly Presses[] | undefined {
  try {
    const read = handOverSchema.safeParse(JSON.parse(text)).data;
    return read?.presses.map((one) => ({ ...one, shown: instant(one.shown) }));
  } catch {
    return undefined;
  }
}

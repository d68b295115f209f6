import { z } from "zod";
import { type Instant, type Millis, instant, millis } from "../../values/time.ts";
import type { Suspicion } from "./arrivals-test.ts";
import { Habits } from "./habits.ts";
import type { Remembered } from "./watch.ts";
import type { SlotMemory } from "./watched-slot.ts";

const time = z.number().transform((ms): Instant => instant(ms));
const length = z.number().transform((ms): Millis => millis(ms));

const suspicion = z.object({
  sum: z.number(),
  alarmSince: time.optional(),
  outageAt: time.optional(),
  quiet: z
    .object({
      lasted: length,
      until: time,
      arrivals: z.number(),
      failures: z.number(),
      usual: z.number(),
      expected: z.number(),
      others: z.object({ arrivals: z.number(), expected: z.number() }),
    })
    .optional(),
});

/** One slot as it is kept: about 400 characters, and 300 more while it is quiet. */
const savedSlot = z.object({
  slot: z.string(),
  lastThere: time,
  /** 168 bytes in base64. */
  rates: z.base64().length(224),
  hoursLearnt: z.number().nonnegative(),
  level: z.object({
    address: z.string(),
    arrivals: z.number(),
    expected: z.number().nonnegative(),
    seen: length,
  }),
  spread: z.object({ squares: z.number().nonnegative(), sessions: z.number().positive() }),
  suspicion: suspicion.optional(),
});

/**
 * What a watch remembers as compact JSON, one value a slot, for keeping over a restart. Nothing in it
 * is about a client.
 */
export function saveSlots(remembered: readonly Remembered[]): Map<string, string> {
  return new Map(
    remembered.map(({ slot, lastThere, memory }) => [
      slot,
      JSON.stringify({ slot, lastThere, ...slotSaved(memory) }, short),
    ]),
  );
}

/** Reads what was saved. What can't be read is left out: that slot begins from scratch. */
export function loadSlots(texts: Iterable<string>): Remembered[] {
  return [...texts].flatMap((text) => {
    const parsed = savedSlot.safeParse(jsonOf(text));
    return parsed.success ? [remembered(parsed.data)] : [];
  });
}

/** What a ConfigMap holds with room to spare (1 MiB): about 1,300 slots. */
const usualBytes = 896 * 1024;

/**
 * All slots as one text of at most so many bytes, a line each. Where not all fit, those that are
 * there stay, and of these the ones that most was learnt of.
 */
export function encodeSlots(remembered: readonly Remembered[], maxBytes = usualBytes): string {
  const first = remembered.toSorted(
    (a, b) => b.lastThere - a.lastThere || hoursOf(b) - hoursOf(a) || (a.slot < b.slot ? -1 : 1),
  );
  let left = maxBytes;
  const fits = [...saveSlots(first).values()].filter((text) => {
    // The text is ASCII: names of objects and of addresses are.
    left -= text.length + 1;
    return left >= 0;
  });
  return fits.join("\n");
}

/** Reads such a text. */
export function decodeSlots(text: string): readonly Remembered[] {
  return loadSlots(text.split("\n"));
}

function hoursOf({ memory }: Remembered): number {
  return memory.habits.saved.hoursLearnt;
}

function slotSaved({ habits, level, spread, suspicion }: SlotMemory): object {
  const { rates, hoursLearnt } = habits.saved;
  const isAnything = suspicion.sum > 0 || suspicion.outageAt !== undefined;
  return {
    rates: Buffer.from(rates).toString("base64"),
    hoursLearnt,
    level,
    spread,
    ...(isAnything ? { suspicion } : {}),
  };
}

function remembered(saved: z.output<typeof savedSlot>): Remembered {
  const { slot, lastThere, rates, hoursLearnt, level, spread } = saved;
  const habits = new Habits({ rates: Buffer.from(rates, "base64"), hoursLearnt });
  const memory = { habits, level, spread, suspicion: suspicionOf(saved.suspicion) };
  return { slot, lastThere, memory };
}

function suspicionOf(saved: z.output<typeof suspicion> | undefined): Suspicion {
  const { sum = 0, quiet, alarmSince, outageAt } = saved ?? {};
  return { sum, quiet, alarmSince, outageAt };
}

/** Three decimals are more than anything here is known to. */
function short(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

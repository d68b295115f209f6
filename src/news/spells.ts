import { z } from "zod";
import { type Instant, type Millis, hours, instant, minutes, plus } from "../values/time.ts";

/** What lasts: an outage of a country, or that a pool has few addresses left. */
export const spellKinds = ["Outage", "PoolLow"] as const;
export type SpellKind = (typeof spellKinds)[number];

/**
 * So long something must be so, or no longer be so, before that is news: what comes and goes within
 * minutes is none. A lone address that is blocked looks like an outage for five minutes.
 */
export const settles: Readonly<Record<SpellKind, Millis>> = {
  Outage: minutes(10),
  PoolLow: minutes(1),
};

/** One that ended is remembered for longer than anybody announces it. */
const remembered = hours(2);

/** Something that is so now. */
export interface Lasting {
  readonly kind: SpellKind;
  /** The country, or the name of the pool. */
  readonly subject: string;
  /** What was found as it began, in a sentence for people. */
  readonly because: string;
}

/** A time during which it was so. */
export interface Spell extends Lasting {
  readonly since: Instant;
  /** Since when it is so no longer, as far as is known; absent while it is. */
  readonly goneAt?: Instant;
}

/** What is seen at one time. */
export interface SpellLook {
  readonly lasting: readonly Lasting[];
  /** The kinds that can be judged now: of others nothing is known, so nothing changes. */
  readonly known: readonly SpellKind[];
  readonly now: Instant;
}

/** The spells after one more look. The same ones come back where nothing has begun or gone. */
export function nextSpells(before: readonly Spell[], look: SpellLook): readonly Spell[] {
  const kept = before.flatMap((spell) => continued(spell, look));
  const begun = look.lasting
    .filter(({ kind }) => look.known.includes(kind))
    .filter((one) => !kept.some((spell) => isSame(spell, one) && !isOver(spell, look.now)))
    .map((one): Spell => ({ ...one, since: look.now }));
  return [...kept, ...begun];
}

function continued(spell: Spell, { lasting, known, now }: SpellLook): readonly Spell[] {
  const { goneAt, ...rest } = spell;
  if (isOver(spell, now)) return now < plus(goneAt ?? now, remembered) ? [spell] : [];
  if (!known.includes(spell.kind)) return [spell];
  if (lasting.some((one) => isSame(spell, one))) return goneAt === undefined ? [spell] : [rest];
  return [goneAt === undefined ? { ...spell, goneAt: now } : spell];
}

/** When it was over for good; undefined while it is not. */
export function overAt({ kind, goneAt }: Spell, now: Instant): Instant | undefined {
  const at = goneAt === undefined ? undefined : plus(goneAt, settles[kind]);
  return at !== undefined && at <= now ? at : undefined;
}

function isOver(spell: Spell, now: Instant): boolean {
  return overAt(spell, now) !== undefined;
}

function isSame(a: Pick<Lasting, "kind" | "subject">, b: typeof a): boolean {
  return a.kind === b.kind && a.subject === b.subject;
}

const time = z.number().int().transform(instant);

const written = z.array(
  z.object({
    kind: z.enum(spellKinds),
    subject: z.string(),
    because: z.string(),
    since: time,
    goneAt: time.exactOptional(),
  }),
);

/** Spells as a text, to be kept. */
export function encodeSpells(spells: readonly Spell[]): string {
  return JSON.stringify(spells);
}

/** Reads what was kept. A text that is none of ours counts as empty: what lasts is found again. */
export function decodeSpells(text: string): readonly Spell[] {
  try {
    const read = written.safeParse(JSON.parse(text));
    return read.success ? read.data : [];
  } catch {
    return [];
  }
}

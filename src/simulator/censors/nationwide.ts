import { type Instant, type Millis, plus } from "../../values/time.ts";
import { type BlockEffect, dropped } from "../world/border.ts";
import type { CensorScene } from "./scene.ts";

/** Something that a censor does to the whole country for a while. */
export interface Spell {
  readonly kind: "outage" | "protocol" | "freeze" | "throttle";
  /** From the start of the run. */
  readonly after: Millis;
  readonly lasts: Millis;
  /** Only addresses of this hosting provider (0, 1, …); absent: all. */
  readonly hosting?: number;
}

/** What connections meet in each kind of spell. */
const effects: Readonly<Record<Spell["kind"], BlockEffect>> = {
  outage: dropped,
  protocol: { step: "tls", failure: { kind: "Reset" } },
  freeze: { step: "transfer", failure: { kind: "Frozen", afterBytes: 16_384 } },
  throttle: { step: "transfer", failure: { kind: "Slow", bytesPerSecond: 600 } },
};

/** Lets a spell come and go. @param networks the networks of each hosting provider */
export function casts(
  { border, agenda }: CensorScene,
  { kind, after, lasts, hosting }: Spell,
  networks: readonly (readonly string[])[],
): void {
  const begin = plus(agenda.now(), after);
  agenda.at(begin, () => {
    const effect = effects[kind];
    const outage = kind === "outage" ? ({ isOutage: true } as const) : {};
    const whats =
      hosting === undefined
        ? [{ kind: "everything" } as const]
        : (networks[hosting] ?? []).map((cidr) => ({ kind: "network", cidr }) as const);
    const lifts = whats.map((what) => border.add({ what, effect, ...outage }));
    agenda.at(plus(begin, lasts), () => lifts.forEach((lift) => lift()));
  });
}

/** Whether a time lies within a spell that nobody can be moved out of. */
export function isWithin(spells: readonly Spell[], start: Instant, at: Instant): boolean {
  return spells.some(
    ({ after, lasts, hosting }) =>
      hosting === undefined && at >= plus(start, after) && at < plus(start, after) + lasts,
  );
}

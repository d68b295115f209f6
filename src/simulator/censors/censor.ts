import type { Profile } from "../profiles/profile.ts";
import { type BlockEffect, dropped, reset } from "../world/border.ts";
import { Blacklist } from "./blacklist.ts";
import { type Finder, counts, informers, omniscience, probes, scans, zigzag } from "./finders.ts";
import { casts } from "./nationwide.ts";
import type { CensorScene } from "./scene.ts";

/** What connections to a listed address meet. */
const effects: Readonly<Record<Profile["list"]["effect"], BlockEffect>> = {
  Dropped: dropped,
  Reset: reset,
  Frozen: { step: "transfer", failure: { kind: "Frozen", afterBytes: 16_384 } },
  Slow: { step: "transfer", failure: { kind: "Slow", bytesPerSecond: 600 } },
};

/** Lets a profile's censor begin; returns its list. */
export function beginCensor(
  scene: CensorScene,
  { list: habits, finders, spells }: Pick<Profile, "list" | "finders" | "spells">,
  networks: readonly (readonly string[])[],
): Blacklist {
  const list = new Blacklist(scene, { ...habits, effect: effects[habits.effect] });
  for (const find of findersOf(finders)) find(scene, list);
  for (const spell of spells) casts(scene, spell, networks);
  return list;
}

function findersOf(given: Profile["finders"]): readonly Finder[] {
  const found: (Finder | undefined)[] = [
    given.scans && scans(given.scans),
    given.counts && counts(given.counts),
    given.probes && probes(given.probes),
    given.informers && informers(given.informers),
    given.zigzag && zigzag(given.zigzag),
    given.omniscience === true ? omniscience : undefined,
  ];
  return found.filter((finder) => finder !== undefined);
}

import type { Profile } from "../profiles/profile.ts";
import type { Random } from "../../values/random.ts";
import type { GroupSetup } from "./people.ts";

/** So many groups of a profile: their sizes in turn, and informers in some of them. */
export function groupsOf(
  { groupSizes, finders }: Pick<Profile, "groupSizes" | "finders">,
  count: number,
  random: Random,
): readonly GroupSetup[] {
  const share = finders.informers?.groups ?? 0;
  // As many as the share says, and not more by chance: what one insider costs is to be seen.
  const insiders = Math.round(share * count) || (share > 0 ? 1 : 0);
  const order = Array.from({ length: count }, (_, group) => ({ group, at: random() }));
  const betrayed = new Set(
    order
      .toSorted((a, b) => a.at - b.at)
      .slice(0, insiders)
      .map(({ group }) => group),
  );
  return order.map(({ group }) => ({
    size: groupSizes[group % groupSizes.length] ?? 1,
    insiders: betrayed.has(group) ? 1 : 0,
  }));
}

import type { Case } from "../../simulator/compare.ts";
import type { OwnSetup } from "../../simulator/own-setup.ts";
import { defaults } from "../../simulator/policies/ours.ts";
import type { Policy } from "../../simulator/policies/policy.ts";
import type { Profile } from "../../simulator/profiles/profile.ts";
import { fixed } from "../../simulator/policies/rivals.ts";
import { hostings } from "../../simulator/world/networks.ts";

/** What a call of `proxyfleet simulate` asks for. */
export interface Chosen {
  readonly profile: Profile;
  /** Others to compare with. */
  readonly policies: readonly Policy[];
  readonly own: OwnSetup | undefined;
  readonly groups: number;
  readonly addresses: number;
  /** Further addresses whose worth is asked for. */
  readonly more: number;
  readonly days: number;
  readonly seeds: number;
  readonly seed: number;
}

/** Ours first, then ours with further addresses, and then all others. */
export function chosenCases(chosen: Chosen): readonly Case[] {
  const { profile, groups, addresses, more, days, own, policies } = chosen;
  const common = { profile, groups, days };
  const policy = own?.policy ?? defaults;
  const ownHostings = own?.ownHostings;
  const mine = { ...common, policy, addresses, ...(ownHostings && { ownHostings }) };
  const further = ownHostings && { ownHostings: [...ownHostings, ...rented(more)] };
  const grown = { ...common, policy, addresses: addresses + more, ...further };
  const others = policies.length > 0 ? policies : [fixed];
  return [
    mine,
    ...(more > 0 ? [grown] : []),
    ...others.map((other) => ({ ...common, policy: other, addresses })),
  ];
}

/** Addresses at a hosting provider that the fleet does not use yet. */
function rented(more: number) {
  return hostings(more, { providers: 1, oneNetwork: false }).map((hosting) => ({
    ...hosting,
    pool: "further",
  }));
}

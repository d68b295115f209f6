import { defaults } from "../../../src/simulator/policies/ours.ts";
import { builtInProfile } from "../../../src/simulator/profiles/built-in.ts";
import type { Profile } from "../../../src/simulator/profiles/profile.ts";
import type { RunSetup } from "../../../src/simulator/world/setup.ts";

/** A run that is small enough for a test. */
export function setup(changes: Partial<RunSetup> = {}): RunSetup {
  const profile = builtInProfile("quiet");
  return { profile, policy: defaults, groups: 4, addresses: 16, days: 4, seed: 1, ...changes };
}

/** A profile in which everybody opens new links at once: figures are then about the operator. */
export function prompt(profile: Profile): Profile {
  return { ...profile, habits: { ...profile.habits, prompt: 1, late: 0 } };
}

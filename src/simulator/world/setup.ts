import type { MeasurerSetup } from "../measurers/setup.ts";
import type { Policy } from "../policies/policy.ts";
import type { Hosting } from "./networks.ts";
import type { Profile } from "../profiles/profile.ts";

/** All that a run follows from: the same setup gives the same figures, to the last digit. */
export interface RunSetup {
  readonly profile: Profile;
  readonly policy: Policy;
  /** Groups of people, each with a slot of its own. */
  readonly groups: number;
  /** Addresses in all pools together. */
  readonly addresses: number;
  readonly days: number;
  readonly seed: number;
  /** Hosting providers that the addresses are spread over. */
  readonly hostings?: number;
  /** The very addresses, where they are somebody's own; absent: so many are rented here and there. */
  readonly ownHostings?: readonly Hosting[];
  /** Who measures; absent: two agents and a control. */
  readonly measurers?: readonly MeasurerSetup[];
  /** Ends the run as soon as the pools are dry. */
  readonly untilDry?: true;
}

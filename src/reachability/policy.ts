import type { WhatsAppProxySpec } from "../api/fleet.ts";
import { parseDuration } from "../values/time.ts";
import type { CountryView } from "./outage.ts";
import type { VerdictPolicy } from "./verdict-input.ts";
import type { BlockedWhen } from "./weigh.ts";

/** What a fleet's spec says about evidence. */
export function policyOf(
  spec: Pick<WhatsAppProxySpec, "audience" | "reachability">,
): VerdictPolicy {
  const { traffic, people } = spec.reachability;
  return {
    blockedWhen: blockedWhenOf(spec),
    traffic,
    people,
    audience: spec.audience.countries,
  };
}

/** What makes a block for a fleet. */
export function blockedWhenOf({
  reachability: { blockedWhen },
}: Pick<WhatsAppProxySpec, "reachability">): BlockedWhen {
  return { ...blockedWhen, within: parseDuration(blockedWhen.within) };
}

/** What a fleet takes for an outage. */
export function outageRuleOf({
  reachability: { outagePercent, blockedWhen },
}: Pick<WhatsAppProxySpec, "reachability">): CountryView["outage"] {
  return { percent: outagePercent, within: parseDuration(blockedWhen.within) };
}

import type { Finding } from "../api/findings.ts";
import type { ConditionReason } from "../api/reasons.ts";
import { type Instant, type Millis, minutes, since } from "../values/time.ts";
import type { BalancerWords } from "./balancer-words.ts";

/** A claim that is refused: its slot takes another address, if there is one. */
export interface Refusal {
  readonly finding: Finding;
  /** Whether any other address of its pool would be refused as well. */
  readonly wholePool: boolean;
  /** It was made for an earlier spec of its fleet: no waiting helps, and the address has no fault. */
  readonly outdated?: true;
}

/** A claim that can't be tried yet. */
export interface WaitingClaim {
  /** Undefined until a provider that can't be asked gave one. */
  readonly address: string | undefined;
  /** What it waits for. */
  readonly missing: Finding;
  readonly waited: Millis;
  readonly hasService: boolean;
  readonly words: BalancerWords | undefined;
  /**
   * Since when an address of the pool has been set whose Service was made later; undefined where
   * there is none.
   */
  readonly othersSetSince: Instant | undefined;
  /** Of a claim that its load balancer has refused already: what was said of it. */
  readonly refusedBefore: { readonly message: string; readonly wholePool: boolean } | undefined;
}

/** What may pass by itself gets this time. */
const patience = minutes(2);

/** A load balancer that was down sets within this time all that has waited for it. */
const catchUp = minutes(1);

/** A load balancer's name may lead nowhere for some minutes after it was made. */
const namePatience = minutes(10);

type Check = (claim: WaitingClaim, now: Instant) => Refusal | undefined;

/** The first check that finds something wins. */
const checks: readonly Check[] = [
  madeForAnotherSpec,
  saysNo,
  passedOver,
  gaveAnother,
  canNotBeMade,
  serverRefuses,
  saidNoBefore,
];

/**
 * Whether a claim is refused, by a no or by what can't change by waiting. Silence alone refuses
 * nothing: a load balancer that serves nobody is down, and ten minutes without it must burn no
 * address. An entry that waits for its lane is not refused either: another one would wait for the
 * same Secret.
 */
export function refusalOf(claim: WaitingClaim, now: Instant): Refusal | undefined {
  for (const check of checks) {
    const refusal = check(claim, now);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function madeForAnotherSpec({ missing }: WaitingClaim): Refusal | undefined {
  return missing.reason === "ListenerGone" ? { ...ofAddress(missing), outdated: true } : undefined;
}

function saysNo({ words, address, hasService }: WaitingClaim): Refusal | undefined {
  if (words?.isNo !== true || !hasService) return undefined;
  const { text } = words;
  if (address === undefined)
    return {
      wholePool: true,
      finding: refused(`the load balancer gives no address (${text}): check what it has left`),
    };
  return ofAddress(
    refused(
      `the load balancer refuses ${address} (${text}). Check that its own pool contains ${address} for this namespace, and that no other Service has it`,
    ),
  );
}

/** Others that came later have theirs, and not just now: it is no outage. */
function passedOver(claim: WaitingClaim, now: Instant): Refusal | undefined {
  const { address, missing, waited, othersSetSince, words } = claim;
  const isName = missing.reason === "WaitingForName";
  if (address === undefined || !(isName || isUnanswered(missing))) return undefined;
  if (waited < (isName ? namePatience : patience)) return undefined;
  if (othersSetSince === undefined || since(othersSetSince, now) < catchUp) return undefined;
  const said = words === undefined ? "" : ` (${words.text})`;
  return ofAddress(
    refused(
      `the load balancer has not set ${address}${said}, but has set addresses of the pool that were asked for later. Check that its own pool contains ${address}, and that nothing else has it`,
    ),
  );
}

function gaveAnother({ missing, waited }: WaitingClaim): Refusal | undefined {
  return missing.reason === "OtherAddress" && waited >= patience ? ofAddress(missing) : undefined;
}

const gone: ReadonlySet<ConditionReason> = new Set([
  "PoolMissing",
  "ProviderUnknown",
  "NameMissing",
]);

/** What its Service would be made from is gone. One that was made is left as it is. */
function canNotBeMade({ missing, waited, hasService }: WaitingClaim): Refusal | undefined {
  const isStuck = gone.has(missing.reason) && !hasService && waited >= patience;
  return isStuck ? ofAddress(missing) : undefined;
}

/** A quota or a policy minds no address: the Service of any other one would be the same. */
function serverRefuses({ missing, waited }: WaitingClaim): Refusal | undefined {
  const isStuck = missing.reason === "ServiceRefused" && waited >= patience;
  return isStuck ? { finding: missing, wholePool: true } : undefined;
}

/** An answer is kept in memory only. A no holds until the load balancer sets the address. */
function saidNoBefore({ missing, refusedBefore }: WaitingClaim): Refusal | undefined {
  if (refusedBefore === undefined || !isUnanswered(missing)) return undefined;
  return { finding: refused(refusedBefore.message), wholePool: refusedBefore.wholePool };
}

function isUnanswered({ reason }: Finding): boolean {
  return reason === "WaitingForLoadBalancer" || reason === "LoadBalancerSilent";
}

function ofAddress(finding: Finding): Refusal {
  return { finding, wholePool: false };
}

function refused(message: string): Finding {
  return { status: "False", reason: "LoadBalancerRefuses", message };
}

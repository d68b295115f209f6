import type { ConditionReason } from "../api/reasons.ts";
import type { Finding } from "../api/findings.ts";
import type { BalancerWords } from "./balancer-words.ts";
import { type Instant, type Millis, seconds, since } from "../values/time.ts";

/** What a Service has of its load balancer. */
export interface LoadBalancerView {
  /** The addresses that it set, or to which its host name leads. */
  readonly given: readonly string[];
  /** Its name, where it has set one instead of an address. */
  readonly hostname: string | undefined;
}

/** A load balancer that has not set the address after this long is reported, with what to check. */
const patience: Millis = seconds(60);

/** An address on its way to its load balancer. */
export interface Provisioning {
  readonly balancer: LoadBalancerView | undefined;
  /** Undefined until a provider that can't be asked gave one. */
  readonly address: string | undefined;
  /** Undefined before the first status. */
  readonly provisioningSince: Instant | undefined;
}

/** What keeps an address from being tried; undefined once the load balancer has set it. */
export function waitingForLoadBalancer(
  { balancer, address, provisioningSince }: Provisioning,
  now: Instant,
): Finding | undefined {
  const name = address ?? "an address";
  if (balancer === undefined)
    return unknown("ServiceMissing", `the Service of ${name} is being made`);
  if (address !== undefined && balancer.given.includes(address)) return undefined;
  const [other] = balancer.given;
  if (other !== undefined && address !== undefined) return otherAddress(other, address);
  if (balancer.hostname !== undefined) return unresolved(balancer.hostname, name);
  const waited = provisioningSince === undefined ? 0 : since(provisioningSince, now);
  if (waited < patience)
    return unknown("WaitingForLoadBalancer", `the load balancer has not set ${name} yet`);
  const pool =
    address === undefined ? "that it has addresses left" : `that its own pool contains ${address}`;
  return {
    status: "False",
    reason: "LoadBalancerSilent",
    message: `the load balancer has not set ${name} for more than a minute: check that it runs and ${pool} (kubectl describe service shows its Events)`,
  };
}

/**
 * What became of an address that serves, as far as its Service shows: `AddressChanged` where the
 * load balancer leads elsewhere now, and `AddressLost` where it has none at all, which may pass. A
 * name that does not resolve now says nothing: people hold addresses, not this name.
 */
export function lostAddress(
  balancer: LoadBalancerView | undefined,
  address: string | undefined,
  { lostAlone, words }: { readonly lostAlone: boolean; readonly words: BalancerWords | undefined },
): Finding | undefined {
  if (balancer === undefined || address === undefined || balancer.given.includes(address))
    return undefined;
  const [other] = balancer.given;
  if (other === undefined && balancer.hostname !== undefined) return undefined;
  const published = `${address} is published, but its load balancer`;
  if (other === undefined)
    return {
      status: "False",
      reason: "AddressLost",
      message: `${published} has set none any more${saying(words)}. ${whatNext(lostAlone)}`,
    };
  return {
    status: "False",
    reason: "AddressChanged",
    message: `${published} has now set ${other}: its slot moves to a fresh address unless it comes back. Check the load balancer's own configuration`,
  };
}

function whatNext(lostAlone: boolean): string {
  return lostAlone
    ? "Others of its pool are set, so its slot moves to a fresh address unless it comes back. Check the load balancer's own pool"
    : "It moves once that has lasted for two minutes while others of its pool are set; that none is set may be an outage, and is waited for: check that the load balancer runs. To move the slot now, delete this ProxyAddress";
}

/** What a claim waits for, with what the load balancer says of it. */
export function quoting(missing: Finding, words: BalancerWords | undefined): Finding {
  const { reason, message } = missing;
  if (reason !== "WaitingForLoadBalancer" && reason !== "LoadBalancerSilent") return missing;
  return words === undefined ? missing : { ...missing, message: `${message}${saying(words)}` };
}

function saying(words: BalancerWords | undefined): string {
  return words === undefined ? "" : `; it says "${words.text}"`;
}

/**
 * A provider that can't be asked gave another address than the ledger has, as after a restore into
 * another cluster: it will never be that one again. It gets some time, since a name may lead to
 * several addresses in turn.
 */
export function givenAnother(
  { balancer, address, provisioningSince }: Provisioning,
  now: Instant,
): Finding | undefined {
  const [other] = balancer?.given ?? [];
  if (address === undefined || other === undefined || balancer?.given.includes(address) === true)
    return undefined;
  if (provisioningSince === undefined || since(provisioningSince, now) < patience) return undefined;
  return {
    status: "False",
    reason: "Unusable",
    message: `the provider gave ${other} instead of ${address}, and can't be asked for it: the slot takes another address`,
  };
}

function otherAddress(other: string, address: string): Finding {
  return {
    status: "False",
    reason: "OtherAddress",
    message: `the load balancer gave ${other} instead of ${address}: check that the AddressPool's addresses are the load balancer's own, and its only`,
  };
}

function unresolved(hostname: string, name: string): Finding {
  return unknown(
    "WaitingForName",
    `the load balancer's name ${hostname} does not resolve to ${name} yet. That takes some minutes at first; later, check the cluster's DNS`,
  );
}

function unknown(reason: ConditionReason, message: string): Finding {
  return { status: "Unknown", reason, message };
}

import type { Finding } from "./conditions.ts";
import { type Instant, type Millis, seconds, since } from "./time.ts";

/** What a Service has of its load balancer. */
export interface LoadBalancerView {
  /** The addresses that it set, or to which its host name leads. */
  readonly given: readonly string[];
  /** Its name, where it has set one instead of an address. */
  readonly hostname: string | undefined;
}

/** A load balancer that has not set the address after this long is told of with what to check. */
const patience: Millis = seconds(60);

/** What keeps an address from being tried; undefined once the load balancer has set it. */
export function waitingForLoadBalancer(
  balancer: LoadBalancerView | undefined,
  address: string | undefined,
  provisioningSince: Instant | undefined,
  now: Instant,
): Finding | undefined {
  const name = address ?? "an address";
  if (balancer === undefined) return unknown("ServiceMissing", `the Service of ${name} is being made`);
  if (address !== undefined && balancer.given.includes(address)) return undefined;
  const [other] = balancer.given;
  if (other !== undefined && address !== undefined) return otherAddress(other, address);
  if (balancer.hostname !== undefined) return unresolved(balancer.hostname, name);
  const waited = provisioningSince === undefined ? 0 : since(provisioningSince, now);
  if (waited < patience) return unknown("WaitingForLoadBalancer", `the load balancer has not set ${name} yet`);
  const pool = address === undefined ? "that it has addresses left" : `that its own pool contains ${address}`;
  return {
    status: "False",
    reason: "LoadBalancerSilent",
    message: `the load balancer has not set ${name} for more than a minute: check that it runs and ${pool} (kubectl describe service shows its Events)`,
  };
}

/**
 * What became of an address that serves, as far as its Service tells. A name that does not resolve now says nothing: people hold
 * addresses, not this name.
 */
export function lostAddress(balancer: LoadBalancerView | undefined, address: string | undefined): Finding | undefined {
  if (balancer === undefined || address === undefined || balancer.given.includes(address)) return undefined;
  const [other] = balancer.given;
  if (other === undefined && balancer.hostname !== undefined) return undefined;
  const what = other === undefined ? "set none any more" : `has now set ${other}`;
  return {
    status: "False",
    reason: "AddressLost",
    message: `people were told ${address}, but its load balancer ${what}: check its own configuration. To give the slot another address, delete this ProxyAddress`,
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

function unknown(reason: string, message: string): Finding {
  return { status: "Unknown", reason, message };
}

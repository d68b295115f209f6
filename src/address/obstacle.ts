import type { Finding } from "../api/findings.ts";
import type { ConditionReason } from "../api/reasons.ts";
import { listenersOf } from "../ledger/lanes.ts";
import { knowsName, providers } from "../pool/providers.ts";
import type { ObservedAddress } from "./observed.ts";

/** The effect that makes an entry's Service. */
export const serviceEffect = "service";

/** What keeps an entry from having a Service, in the order in which it comes about. */
export function obstacleToService({ entry, fleet, pool }: ObservedAddress): Finding | undefined {
  const { claimRef, pool: poolName, address } = entry.spec;
  if (fleet === undefined)
    return unknown(
      "FleetMissing",
      `the fleet ${claimRef.namespace}/${claimRef.name} that claimed this address does not exist, or can't be read`,
    );
  if (pool === undefined)
    return unknown(
      "PoolMissing",
      `pool ${poolName} does not exist, or can't be read: its Service is left as it is. Create the AddressPool again`,
    );
  const provider = providers.get(pool.spec.provider);
  if (provider === undefined)
    return unknown(
      "ProviderUnknown",
      `pool ${poolName} has the provider ${pool.spec.provider}, which this version can't use yet`,
    );
  if (!knowsName(provider, pool.spec, address))
    return unknown(
      "NameMissing",
      `spec.named of pool ${poolName} no longer lists ${address ?? "the address"}: its Service is left as it is. Add it again, or delete this ProxyAddress`,
    );
  return undefined;
}

/**
 * The fleet no longer has a listener that the address was claimed with: its pods would never answer
 * there. What is published goes on with what is left.
 */
export function listenerGone({ entry, fleet }: ObservedAddress): Finding | undefined {
  const { ports, want } = entry.spec;
  const isPublished = entry.status.phase === "Serving" || want !== "Serve";
  if (fleet === undefined || isPublished) return undefined;
  const listeners = listenersOf(fleet.spec.listeners);
  const missing = ports.find(({ name }) => !listeners.includes(name));
  if (missing === undefined) return undefined;
  return {
    status: "False",
    reason: "ListenerGone",
    message: `it was claimed with the listener ${missing.name}, which spec.listeners of the fleet no longer has: its slot takes another address`,
  };
}

/** The API server said no to its Service, in its own words. */
export function serviceRefused({ refused, services }: ObservedAddress): Finding | undefined {
  const refusal = refused.find(({ id }) => id === serviceEffect);
  if (refusal === undefined || services.length > 0) return undefined;
  return {
    status: "False",
    reason: "ServiceRefused",
    message: `the API server refuses ${refusal.object}: ${refusal.words}`,
  };
}

/** An entry without its lane waits for the fleet. */
export function obstacleToLane({ entry, certificate }: ObservedAddress): Finding | undefined {
  if (certificate !== undefined) return undefined;
  return unknown("WaitingForLane", `lane ${entry.spec.lane} is being prepared in the fleet's pods`);
}

function unknown(reason: ConditionReason, message: string): Finding {
  return { status: "Unknown", reason, message };
}

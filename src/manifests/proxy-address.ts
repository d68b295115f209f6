import type { ListenersSpec } from "../api/fleet.ts";
import type { ProxyAddress, ProxyAddressSpec } from "../api/proxy-address.ts";
import type { Claim } from "../domain/claim.ts";
import type { Retirement } from "../domain/retire.ts";
import { type Instant, formatInstant } from "../domain/time.ts";
import { lanePort, listenersOf } from "./lanes.ts";
import { addressFinalizer, fleetLabel, fleetNamespaceLabel, group, managedBy, slotLabel } from "./names.ts";
import type { KubeObject } from "./objects.ts";

export interface Claimant {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export type ProxyAddressManifest = KubeObject & { spec: ProxyAddressSpec };

const identity = { apiVersion: `${group}/v1alpha1`, kind: "ProxyAddress" } as const;

/**
 * The ledger entry of a fresh claim. Its name is the address: creating it takes the address, or fails because somebody has it. It is born
 * with its finalizer: no entry may go and leave a Service behind.
 */
export function claimManifest(fleet: Claimant, listeners: ListenersSpec, claim: Claim): ProxyAddressManifest {
  const ports = listenersOf(listeners).flatMap((name) => {
    const listener = listeners[name];
    return listener === undefined ? [] : [{ name, port: listener.port, targetPort: lanePort(claim.lane, name) }];
  });
  return {
    ...identity,
    metadata: { name: claim.name, labels: labels(fleet, claim.slot), finalizers: [addressFinalizer] },
    spec: {
      pool: claim.pool,
      ...(claim.address === undefined ? {} : { address: claim.address }),
      claimRef: { namespace: fleet.namespace, name: fleet.name, uid: fleet.uid, slot: claim.slot },
      lane: claim.lane,
      ports,
      cause: claim.cause,
      ...(claim.requestedAt === undefined ? {} : { requestedAt: claim.requestedAt }),
      turn: claim.turn,
      want: "Serve",
    },
  };
}

/** A lost entry, made again from what its Service tells of it. */
export function adoptedManifest({ metadata: { name }, spec }: Pick<ProxyAddress, "metadata" | "spec">): ProxyAddressManifest {
  return { ...identity, metadata: { name, labels: labels(spec.claimRef, spec.claimRef.slot) }, spec };
}

/** The entry's next state on its way out. It carries the version that was looked at: a newer one makes it a conflict. */
export function retiredManifest(entry: ProxyAddress, step: Retirement): ProxyAddressManifest {
  const { name, uid, resourceVersion } = entry.metadata;
  const { claimRef } = entry.spec;
  const until = formatInstant(step.until);
  const change =
    step.kind === "drain" ? ({ want: "Drain", drainUntil: until } as const) : ({ want: "Quarantine", quarantineUntil: until } as const);
  return {
    ...identity,
    metadata: { name, uid, resourceVersion, labels: labels(claimRef, claimRef.slot) },
    spec: { ...entry.spec, ...change, retiredBecause: step.because },
  };
}

/** A new verdict beside those of other countries. It carries the version that was looked at: a newer one makes it a conflict. */
export function verdictManifest(
  { metadata, status }: ProxyAddress,
  { country, message }: { readonly country: string; readonly message: string },
  now: Instant,
): KubeObject & { status: Pick<ProxyAddress["status"], "reachability"> } {
  const { name, uid, resourceVersion } = metadata;
  const others = (status.reachability ?? []).filter((entry) => entry.country !== country);
  const reachability = [...others, { country, verdict: "Blocked" as const, since: formatInstant(now), message }];
  return { ...identity, metadata: { name, uid, resourceVersion }, status: { reachability } };
}

function labels(fleet: Pick<Claimant, "namespace" | "name">, slot: number): Record<string, string> {
  return { ...managedBy, [fleetNamespaceLabel]: fleet.namespace, [fleetLabel]: fleet.name, [slotLabel]: String(slot) };
}

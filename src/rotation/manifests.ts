import type { ListenersSpec } from "../api/fleet.ts";
import { addressFinalizer } from "../api/names.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import { lanePort, listenersOf } from "../ledger/lanes.ts";
import { type ProxyAddressManifest, entryIdentity, entryLabels } from "../ledger/manifests.ts";
import { formatInstant } from "../values/time.ts";
import type { Claim } from "./claim.ts";
import type { Retirement } from "./retire.ts";
import { present } from "../values/present.ts";

export interface Claimant {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * The ledger entry of a fresh claim. Its name is the address: creating it takes the address, or
 * fails because somebody has it. It is born with its finalizer: no entry may go and leave a Service
 * behind.
 */
export function claimManifest(
  fleet: Claimant,
  listeners: ListenersSpec,
  claim: Claim,
): ProxyAddressManifest {
  const ports = listenersOf(listeners).flatMap((name) => {
    const listener = listeners[name];
    return listener === undefined
      ? []
      : [{ name, port: listener.port, targetPort: lanePort(claim.lane, name) }];
  });
  return {
    ...entryIdentity,
    metadata: {
      name: claim.name,
      labels: entryLabels(fleet, claim.slot),
      finalizers: [addressFinalizer],
    },
    spec: {
      pool: claim.pool,
      ...present({ address: claim.address }),
      claimRef: { namespace: fleet.namespace, name: fleet.name, uid: fleet.uid, slot: claim.slot },
      lane: claim.lane,
      ports,
      cause: claim.cause,
      ...present({ requestedAt: claim.requestedAt }),
      ordinal: claim.ordinal,
      want: "Serve",
    },
  };
}

/**
 * The entry's next state on its way out. It carries the version that was looked at: a newer one
 * makes it a conflict.
 */
export function retiredManifest(entry: ProxyAddress, step: Retirement): ProxyAddressManifest {
  const { name, uid, resourceVersion } = entry.metadata;
  const { claimRef } = entry.spec;
  const until = formatInstant(step.until);
  const change =
    step.kind === "drain"
      ? ({ want: "Drain", drainUntil: until } as const)
      : ({ want: "Quarantine", quarantineUntil: until } as const);
  return {
    ...entryIdentity,
    metadata: { name, uid, resourceVersion, labels: entryLabels(claimRef, claimRef.slot) },
    spec: { ...entry.spec, ...change, retiredBecause: step.because },
  };
}

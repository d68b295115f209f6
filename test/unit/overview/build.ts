import type { Deployment, Lease, Pod } from "../../../src/kubernetes/objects.ts";
import type { KubeEvent } from "../../../src/kubernetes/events.ts";
import { fleetLabel } from "../../../src/api/names.ts";
import type { Observed } from "../../../src/overview/observed.ts";
import { type Instant, formatInstant, hours, instant, plus } from "../../../src/values/time.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject, fleetUid } from "../../objects/fleet.ts";
import { type EntryObject, entryObject } from "../../objects/ledger-entry.ts";
import { liveMeta, proxies } from "../../objects/metadata.ts";
import { podObject } from "../../objects/pod.ts";

/** When the tests of this folder look. */
export const noon: Instant = instant(Date.parse("2026-11-29T12:00:00Z"));

/** This long before noon (hours), as Kubernetes writes times. */
export const ago = (h: number): string => formatInstant(plus(noon, hours(-h)));
/** This long after noon (hours). */
export const ahead = (h: number): string => formatInstant(plus(noon, hours(h)));

/** A fleet of one slot that is served, with a ready pod and a living operator. */
export function healthy(changes: Partial<Observed> = {}): Observed {
  return {
    now: noon,
    fleets: [fleet()],
    addresses: [serving()],
    pools: [poolObject()],
    deployments: [deployment(2)],
    pods: [pod()],
    services: [],
    events: [],
    leases: [lease(ago(0))],
    ...changes,
  };
}

/** A fleet of one slot, or as the changes say. */
export function fleet(spec: Record<string, unknown> = {}, status: object = {}, name = "family") {
  return fleetObject({
    name,
    metadata: liveMeta(fleetUid),
    spec: { addresses: { count: 1, pools: [{ name: "pool-a" }] }, ...spec },
    status,
  });
}

/** The address that the people of slot 0 use. */
export function serving(
  given: Parameters<typeof entryObject>[0] = {},
  status: object = {},
): EntryObject {
  return entryObject({
    ...given,
    metadata: { creationTimestamp: ago(20), ...given.metadata },
    status: { phase: "Serving", phaseSince: ago(19), ...status },
  });
}

/** An address that rests. */
export function resting(address: string, until: string, spec: object = {}): EntryObject {
  return entryObject({
    address,
    metadata: { creationTimestamp: ago(60) },
    spec: {
      want: "Quarantine",
      drainUntil: ago(30),
      quarantineUntil: until,
      retiredBecause: "Age",
      cause: "Age",
      ...spec,
    },
    status: { phase: "Quarantined", phaseSince: ago(30) },
  });
}

/** What evidence says of an address in Iran. */
export const verdict = (said: string, message = "5 timeouts from 3 vantage points") => ({
  reachability: [{ country: "IR", verdict: said, since: ago(1), message }],
});

export function deployment(ready: number, namespace = proxies): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "family-proxy", namespace, generation: 1 },
    spec: { replicas: 2, selector: {}, template: {} },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: ready },
  };
}

export function pod(status: NonNullable<Pod["status"]> = { phase: "Running" }): Pod {
  return podObject({ metadata: { labels: { [fleetLabel]: "family" } }, status });
}

export function lease(renewTime: string): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "proxyfleet", namespace: "proxyfleet-system" },
    spec: { holderIdentity: "one", leaseDurationSeconds: 15, renewTime },
  };
}

/** An Event about an object, an hour ago unless a test says otherwise. */
export function event(
  regarding: Pick<KubeEvent["regarding"], "kind" | "name"> & { namespace?: string },
  given: Partial<KubeEvent> = {},
): KubeEvent {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: `${regarding.name}.1`, namespace: proxies },
    eventTime: ago(1),
    reportingController: "example.org/test",
    reportingInstance: "test",
    action: "Test",
    reason: "Test",
    type: "Normal",
    note: "",
    regarding: { apiVersion: "v1", namespace: proxies, ...regarding },
    ...given,
  };
}

import type { CustomObject, Deployment, Lease, Pod, Service } from "../kubernetes/objects.ts";
import type { KubeEvent } from "../kubernetes/events.ts";
import type { AddressTraffic } from "./traffic.ts";
import type { Instant } from "../values/time.ts";

/**
 * What somebody could read of a cluster, as plain lists. A list is undefined where it was not read,
 * or where whoever asks has no right to read it: nothing is concluded from that.
 */
export interface Observed {
  readonly now: Instant;
  readonly fleets: readonly CustomObject[];
  /** The ledger, of all fleets. */
  readonly addresses?: readonly CustomObject[] | undefined;
  readonly pools?: readonly CustomObject[] | undefined;
  readonly deployments?: readonly Deployment[] | undefined;
  readonly pods?: readonly Pod[] | undefined;
  readonly services?: readonly Service[] | undefined;
  readonly events?: readonly KubeEvent[] | undefined;
  /** Those that operators are elected by. */
  readonly leases?: readonly Lease[] | undefined;
  /** Open sessions by the names of ledger entries, where the pods were asked. */
  readonly sessions?: ReadonlyMap<string, number> | undefined;
  /** What was carried, by the names of ledger entries, where the pods were asked. */
  readonly traffic?: ReadonlyMap<string, AddressTraffic> | undefined;
}

import type { AddressPool } from "../api/address-pool.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import type { CustomObject, Pod, Service } from "../kubernetes/objects.ts";
import type { InstalledSigns } from "../pool/installed.ts";
import type { Deletion } from "../cluster/deletion.ts";
import type { Refusal } from "../runtime/effect-result.ts";
import type { BalancerWarnings } from "./balancer-words.ts";
import type { Instant } from "../values/time.ts";
import type { LoadBalancerView } from "./load-balancer.ts";
import type { Probe, ReferenceAddress } from "./probe.ts";

/** What a load balancer's name led to when it was last resolved. */
export interface Resolution {
  readonly addresses: readonly string[];
  readonly at: Instant;
}

/** All that the next step of a ledger entry is decided from. */
export interface ObservedAddress {
  readonly raw: CustomObject;
  readonly entry: ProxyAddress;
  /** Whether a person wishes for the end of the entry. */
  readonly deletion: Deletion;
  /** The fleet that it belongs to, if there is one that can be read. */
  readonly fleet: WhatsAppProxy | undefined;
  readonly pool: AddressPool | undefined;
  /** SHA-256 of the certificate that was made for this entry. */
  readonly certificate: string | undefined;
  /** Its Services, those that are not on their way out first. */
  readonly services: readonly Service[];
  /** What shows which version of its load balancer is installed. */
  readonly signs: InstalledSigns;
  /** What the first of them has of its load balancer. */
  readonly balancer: LoadBalancerView | undefined;
  /** Where that is a name: what it led to; undefined before it was resolved. */
  readonly resolution: Resolution | undefined;
  /** The Warning Events about it, when the API server was last asked for them. */
  readonly warnings: BalancerWarnings | undefined;
  /**
   * Since when another address of the pool has been set without a break, as far as the ledger tells.
   * While this one has not been set yet, only those count whose Service was made later.
   */
  readonly othersSetSince: Instant | undefined;
  /** Addresses that other entries hold, in use or at rest, of those that the load balancer gave. */
  readonly heldElsewhere: readonly string[];
  /** The fleet's pods that people may be sent to. */
  readonly pods: readonly Pod[];
  /** Other serving addresses of the pool, where a failure would be compared with them. */
  readonly references: readonly ReferenceAddress[];
  /** The last probe of it. */
  readonly probe: Probe | undefined;
  /** What the API server refused to write in the pass before. */
  readonly refused: readonly Refusal[];
  /** Whether much else waits for the operator. */
  readonly isBusy: boolean;
}

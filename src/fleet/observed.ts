import type { IssuedCertificate } from "../proxy/certificate.ts";
import type { AddressPool } from "../api/address-pool.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import type { VantagePoint } from "../api/vantage-point.ts";
import type { ProxyAddress } from "../api/proxy-address.ts";
import type { Parsed } from "../api/parse.ts";
import type { Absence } from "../cluster/absence.ts";
import type { Deletion } from "../cluster/deletion.ts";
import type { Settings } from "../cluster/settings.ts";
import type {
  CustomObject,
  Deployment,
  KubeObject,
  NetworkPolicy,
  Pod,
  PodDisruptionBudget,
  Secret,
} from "../kubernetes/objects.ts";
import type { ObjectKey } from "../kubernetes/resource.ts";
import type { ObservedNames } from "../dns/fleet-names.ts";
import type { HeldAddresses } from "../ledger/held-addresses.ts";
import type { AddressView } from "../ledger/view.ts";
import type { PodReport } from "../pods/report.ts";
import type { PodAnswer } from "../pods/answer.ts";
import type { CertificateLife } from "../proxy/renewal.ts";
import type { PoolView } from "../pool/view.ts";
import type { MoveHold } from "../reachability/move-hold.ts";
import type { Contest, Refusal } from "../runtime/effect-result.ts";
import type { ShareSecrets } from "../share/key-secret.ts";
import type { Turn } from "./turns.ts";

/** A ledger entry: as the API server has it, and as decisions see it. */
export interface Entry {
  readonly entry: ProxyAddress;
  readonly view: AddressView;
  /** The uid under which pods know it (`tenantOf`). */
  readonly tenant: string;
}

/** A ledger entry of the fleet that can't be read: it holds its name, and maybe a lane. */
export interface UnreadableEntry {
  readonly name: string;
  readonly lane: number | undefined;
}

/** An object that is being deleted, although no person is known to wish for that. */
export interface UnwishedDeletion {
  readonly object: KubeObject;
  readonly deletion: Extract<Deletion, { kind: "unconfirmed" | "held" }>;
}

/** All that the next step of a fleet is decided from. */
export interface ObservedFleet {
  readonly key: ObjectKey;
  readonly raw: CustomObject | undefined;
  /** Undefined where the fleet is gone and only ledger entries are left. */
  readonly parsed: Parsed<WhatsAppProxy> | undefined;
  /** What the server said of the fleet, where the cache does not have it. */
  readonly absence: Absence | undefined;
  /** Of the fleet and of its entries, which count as if they were not being deleted. */
  readonly unwished: readonly UnwishedDeletion[];
  readonly own: readonly Entry[];
  /** Nothing follows from these but that they are there. */
  readonly unreadable: readonly UnreadableEntry[];
  /** Entries of an earlier fleet of that name. */
  readonly orphans: readonly Entry[];
  /** Services of the fleet whose ledger entry is lost: each holds an address, and may serve a slot. */
  readonly lostServices: readonly string[];
  readonly pools: readonly PoolView[];
  readonly formerPools: readonly PoolView[];
  readonly poolSpecs: ReadonlyMap<string, AddressPool["spec"]>;
  readonly held: HeldAddresses;
  /** What holds its blocked slots, counted over all fleets. */
  readonly holds: readonly MoveHold[];
  /** All that there are: which of them count is for the fleet to say. */
  readonly vantagePoints: readonly VantagePoint[];
  readonly children: Children;
  readonly names: ObservedNames;
  readonly pods: readonly Pod[];
  /**
   * Certificates that were made and are in no Secret yet: by the uid of the entry that they are for,
   * or by the fingerprint of the one that they replace.
   */
  readonly certificates: ReadonlyMap<string, IssuedCertificate>;
  /** How long the certificates in the Secret are valid, by fingerprint, as far as that is known. */
  readonly lives: ReadonlyMap<string, CertificateLife>;
  /** What fresh ticket secrets are made from: a secret. */
  readonly ticketSeed: string;
  /** What pods answered last, by pod name; one that was never asked is missing. */
  readonly answers: ReadonlyMap<string, PodAnswer>;
  /** What serving pods say of themselves. */
  readonly reports: readonly PodReport[];
  /** Whether some of them were not asked yet. */
  readonly isAsking: boolean;
  /** What the API server refused in the pass before; undefined before the first one. */
  readonly refused: readonly Refusal[] | undefined;
  /** What others have changed again and again of late. */
  readonly contested: readonly Contest[];
  /** Whether much else waits for the operator. */
  readonly isBusy: boolean;
  readonly settings: Settings;
  /** Whether its pods may be replaced now by those that this version of the operator makes. */
  readonly turn: Turn;
  /** From what paths of share pages follow; undefined where that is not known yet. */
  readonly shareSecrets: ShareSecrets | undefined;
  /** Why that is not known, in words; empty: it is, or was not looked for yet. */
  readonly shareKeyTrouble: string;
}

/** What the fleet's controller makes, as it is now. */
export interface Children {
  readonly secret: Secret | undefined;
  readonly deployment: Deployment | undefined;
  readonly disruptionBudget: PodDisruptionBudget | undefined;
  readonly networkPolicy: NetworkPolicy | undefined;
  /** What its groups are to know. */
  readonly share: Secret | undefined;
}

/** A fleet that exists and can be read. */
export interface LiveFleet {
  readonly observed: ObservedFleet & { readonly raw: CustomObject };
  readonly fleet: WhatsAppProxy;
}

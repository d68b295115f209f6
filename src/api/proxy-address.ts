import { z } from "zod";
import type { KubeObject } from "../kubernetes/objects.ts";
import { ageColumn, numberColumn, textColumn, type Kind, type LiveMeta } from "./kind.ts";
import { parser } from "./parse.ts";
import { addressPhase } from "./address-phase.ts";
import { country, dnsLabel, integer, line, list, port, timestamp } from "./common.ts";
import { conditions } from "./conditions.ts";
import { listenerNames } from "./names.ts";
import { ipAddress } from "./ip-schema.ts";
import { longestRequest } from "./requests.ts";
import { matching, withCel, withRules, type CelRule } from "./validation-rule.ts";

/** Why an address was claimed. */
export const claimCauses = ["NewSlot", "Blocked", "Age", "Requested"] as const;
export type ClaimCause = (typeof claimCauses)[number];
/** What the fleet wants of an address, in the order of its life. */
export const wants = ["Serve", "Drain", "Quarantine"] as const;
export type Want = (typeof wants)[number];
/** Why an address was taken out of service. */
export const retireCauses = [
  "Blocked",
  "Age",
  "Requested",
  "SlotRemoved",
  "FleetDeleted",
  "Unusable",
  "Refused",
  "Lost",
  "Repeat",
] as const;
export type RetireCause = (typeof retireCauses)[number];
/** What the evidence says of an address in a country. */
export const verdicts = ["Reachable", "Suspected", "Blocked", "Unknown"] as const;
export type ReachabilityVerdict = (typeof verdicts)[number];
/** What a block is of: the address, some of its ports, the protocol, or the transfer of data. */
export const blockKinds = ["Address", "Port", "Protocol", "Throttled"] as const;
export type BlockKind = (typeof blockKinds)[number];
/** Who saw an address answer before it was published. */
export const verifications = ["Inside", "ByControl", "ByPods"] as const;
export type Verification = (typeof verifications)[number];
/** What makes an address unfit for its slot, so that its fleet acts on it. */
export const addressFaults = [
  "Unusable",
  "Refused",
  "AddressChanged",
  "AddressLost",
  "Repeat",
] as const;
export type AddressFault = (typeof addressFaults)[number];

/** No slot has more addresses than this. */
export const greatestOrdinal = 2 ** 31 - 1;

/** The longest sentence about a verdict or a fault (characters). */
export const longestSentence = 1024;

const fixed = (why: string): CelRule => ({
  rule: "self == oldSelf",
  message: `can't be changed, since ${why}: delete this address, and the fleet takes another`,
});

const claimRef = z.object({
  namespace: dnsLabel().describe("Namespace of the fleet."),
  name: dnsLabel(40).describe("Name of the fleet."),
  uid: line(64, 1).describe(
    "UID of the fleet, so that a later fleet of the same name is not mistaken for it.",
  ),
  slot: integer(0, 63).describe("The slot that the address serves."),
});

const addressPort = z.object({
  name: z.enum(listenerNames).describe("The listener: chat, media or plainChat."),
  port: port().describe("The published port."),
  targetPort: port().describe("The lane's port in the pods."),
});

const fields = z.object({
  pool: withCel(dnsLabel(), fixed("an address belongs to one pool")).describe(
    "Name of the AddressPool that it came from. Can't be changed.",
  ),
  address: ipAddress()
    .exactOptional()
    .describe("The external address. Set once; absent until an Assigned provider has given one."),
  claimRef: withCel(claimRef, fixed("an address belongs to one slot of one fleet")).describe(
    "The slot that holds the address. Can't be changed.",
  ),
  lane: integer(0, 255).describe("The lane of the fleet's pods that serves the address, 0 to 255."),
  ports: withCel(
    list(addressPort, 3, { type: "map", keys: ["name"], min: 1 }),
    fixed("its Service is never changed"),
  ).describe("The ports that the address exposes, 1 to 3. Can't be changed."),
  cause: z.enum(claimCauses).describe("Why it was claimed: NewSlot, Blocked, Age or Requested."),
  requestedAt: line(longestRequest)
    .exactOptional()
    .describe("Text of the proxyfleet.dev/rotate-at annotation that asked for it, where one did."),
  ordinal: integer(0, greatestOrdinal)
    .exactOptional()
    .describe(
      "Its number among the addresses that its slot has had, from 1: of two that serve, the one with the higher number is published, whatever clocks say.",
    ),
  want: z
    .enum(wants)
    .describe(
      "What the fleet uses it for: Serve, Drain (serve, but no longer published) or Quarantine (answer nothing).",
    ),
  drainUntil: timestamp().exactOptional().describe("When its drain ends at the latest."),
  quarantineUntil: timestamp().exactOptional().describe("When it may be forgotten and used again."),
  retiredBecause: z.enum(retireCauses).exactOptional().describe("Why it was taken out of service."),
});

/** The ledger: all of an address that must survive a backup and restore. */
export const proxyAddressSpec = withCel(
  withRules(
    fields,
    {
      cel: "self.want != 'Drain' || has(self.drainUntil)",
      holds: (spec) => spec.want !== "Drain" || spec.drainUntil !== undefined,
      message: "Drain needs an end: set drainUntil",
      field: "want",
    },
    {
      cel: "self.want != 'Quarantine' || has(self.quarantineUntil)",
      holds: (spec) => spec.want !== "Quarantine" || spec.quarantineUntil !== undefined,
      message: "Quarantine needs an end: set quarantineUntil",
      field: "want",
    },
  ),
  {
    rule: "!has(oldSelf.address) || (has(self.address) && self.address == oldSelf.address)",
    message:
      "address can't be changed once it is set: delete this object, and the fleet takes another address",
  },
  {
    rule: "oldSelf.want != 'Quarantine' || self.want == 'Quarantine'",
    message:
      "an address in quarantine can't serve again: wait for quarantineUntil, or delete this object to forget it now",
    fieldPath: ".want",
  },
);

const reachabilityEntry = z.object({
  country: country().describe("The country, ISO 3166-1 alpha-2."),
  verdict: z.enum(verdicts).describe("Reachable, Suspected, Blocked or Unknown."),
  since: timestamp().describe(
    "Since when it is so: of a block, when the first failure was seen that counts.",
  ),
  message: line(longestSentence).exactOptional().describe("The evidence, in a sentence."),
  kind: z
    .enum(blockKinds)
    .exactOptional()
    .describe(
      "What fails, where tests say so: Address, Port (only the ports in listeners), Protocol (fresh addresses would fail too) or Throttled (data stands still or crawls).",
    ),
  listeners: list(z.enum(listenerNames), 3, { type: "set" })
    .exactOptional()
    .describe("The listeners that fail, where tests say so: chat, media or plainChat."),
});

const fault = z.object({
  kind: z
    .enum(addressFaults)
    .describe(
      "Unusable (it does not work while another address of its pool does), Refused (it was never published, and its load balancer refuses it, or it can't be made any more), AddressChanged (its load balancer has another address now), AddressLost (its load balancer has none now), or Repeat (its provider gave an address that was used before).",
    ),
  since: timestamp().describe("When it was first seen."),
  alone: z
    .boolean()
    .exactOptional()
    .describe(
      "AddressLost: for minutes, while other addresses of its pool are set. Its slot moves; while all are lost, it waits.",
    ),
  wholePool: z
    .boolean()
    .exactOptional()
    .describe(
      "Refused: any other address of its pool would be refused as well. Another pool is tried.",
    ),
  outdated: z
    .boolean()
    .exactOptional()
    .describe(
      "Refused: it was claimed for an earlier spec of its fleet. The address has no fault.",
    ),
  message: line(longestSentence)
    .exactOptional()
    .describe("Refused: what refuses it, in the words of who does."),
});

const leaving = z.object({
  since: timestamp().describe("When its Service was first asked to go."),
  heldBy: list(line(317), 64)
    .exactOptional()
    .describe(
      "Finalizers that hold the Service. Set once it is overdue: from then on the address's lane is closed in the pods.",
    ),
});

/** An entry's status, which the operator writes. */
export const proxyAddressStatus = z.object({
  phase: addressPhase
    .exactOptional()
    .describe("Provisioning, Verifying, Serving, Draining or Quarantined."),
  address: line(45).exactOptional().describe("The address that the load balancer reports."),
  serviceName: line(63).exactOptional().describe("Name of its Service, in the fleet's namespace."),
  certificateSHA256: withRules(
    line(64),
    matching(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits in small letters"),
  )
    .exactOptional()
    .describe("SHA-256 of the certificate (DER) that the address shows."),
  verified: z
    .enum(verifications)
    .exactOptional()
    .describe(
      "Who tested it: Inside (the operator, from inside the cluster), ByControl, or ByPods (every ready pod serves it; the address itself could not be tested).",
    ),
  fault: fault
    .exactOptional()
    .describe(
      "What makes it unfit for its slot; its fleet acts on that. Absent while all is well.",
    ),
  leaving: leaving
    .exactOptional()
    .describe("Of an address that goes dark: how far its Service is from being gone."),
  phaseSince: timestamp().exactOptional().describe("When this phase began."),
  conditions: conditions(),
  reachability: list(reachabilityEntry, 256, { type: "map", keys: ["country"] })
    .exactOptional()
    .describe("Verdicts by country."),
});

/** Names of ledger entries begin with `ip-`. */
export const proxyAddressName = withRules(
  line(253, 1),
  matching(
    /^ip-[a-z0-9]([-a-z0-9]{0,58}[a-z0-9])?$/,
    "must be ip- and the address, such as ip-203-0-113-9",
  ),
);

export type ProxyAddressSpec = z.output<typeof proxyAddressSpec>;
export type ProxyAddressStatus = z.output<typeof proxyAddressStatus>;

/** An entry of the ledger. */
export interface ProxyAddress extends KubeObject {
  kind: "ProxyAddress";
  metadata: LiveMeta;
  spec: ProxyAddressSpec;
  status: ProxyAddressStatus;
}

/** The kind as the API server and kubectl know it. */
export const proxyAddressKind = {
  kind: "ProxyAddress",
  plural: "proxyaddresses",
  singular: "proxyaddress",
  shortName: "wapa",
  scope: "Cluster",
  description:
    "One external address: who holds it, what it is for, and until when. Made by the operator; deleting one replaces or forgets the address.",
  name: proxyAddressName,
  spec: proxyAddressSpec,
  status: proxyAddressStatus,
  columns: [
    textColumn("Pool", ".spec.pool", "The pool that it came from."),
    textColumn("Address", ".spec.address", "The external address."),
    textColumn("Namespace", ".spec.claimRef.namespace", "Namespace of the fleet."),
    textColumn("Fleet", ".spec.claimRef.name", "The fleet."),
    numberColumn("Slot", ".spec.claimRef.slot", "The slot that it serves."),
    textColumn("Phase", ".status.phase", "The phase of the address."),
    ageColumn,
  ],
} satisfies Kind;

/** Reads a ledger entry that the API server or a person gave us. */
export const parseProxyAddress = parser<ProxyAddress>(proxyAddressKind);

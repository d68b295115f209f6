import { z } from "zod";
import type { KubeObject } from "../kubernetes/objects.ts";
import { ageColumn, numberColumn, textColumn, type Kind, type LiveMeta } from "./kind.ts";
import { parser } from "./parse.ts";
import { integer, line, list } from "./common.ts";
import { conditions } from "./conditions.ts";
import { duration } from "./duration.ts";
import { addressRange, cidr, ipAddress, mostPoolAddresses } from "./ip-schema.ts";
import { addedAnnotations, addedLabels, matchLabels } from "./metadata-keys.ts";
import { matching, withCel, withRules, type ValidationRule } from "./validation-rule.ts";

/** Providers that are asked for an IP. */
export const rangeProviders = ["MetalLB", "Cilium", "KubeVip"] as const;
/** Providers whose addresses exist beforehand and have names. */
export const namedProviders = ["AWS", "GCP", "Azure"] as const;
/** All providers; `Assigned` chooses the address by itself. */
export const providers = [...rangeProviders, ...namedProviders, "Assigned"] as const;
export type Provider = (typeof providers)[number];

const provider = withCel(z.enum(providers), {
  rule: "self == oldSelf",
  message:
    "can't be changed, since addresses of the old provider are in use: make another pool, and let fleets move there",
});

/** How people come to what a pool in use can't become. */
const moveToAnother =
  "make another AddressPool, put it first in the fleets' spec.addresses.pools, and rotate";

const namedAddress = z.object({
  name: line(260, 1).describe(
    "AWS: allocation ID (eipalloc-…). GCP: address name. Azure: public IP name.",
  ),
  address: ipAddress().describe("The address of that name."),
  subnet: line(260, 1)
    .exactOptional()
    .describe("AWS only: the public subnet of the load balancer."),
});

const service = z.object({
  annotations: addedAnnotations()
    .default({})
    .describe("Annotations for the load balancer's controller."),
  labels: addedLabels()
    .default({})
    .describe("Labels, for example those that a load balancer selects Services by."),
});

const proxyProtocol = withRules(
  z.object({
    version: withCel(z.enum(["None", "V2"]), {
      rule: "self == oldSelf",
      message: `can't be changed, since people would be cut off until the load balancer follows: ${moveToAnother}`,
    })
      .default("None")
      .describe(
        "Header with the client's address that this load balancer sends to the proxies: None or V2. Default: None. Can't be changed.",
      ),
    from: list(cidr(), 32)
      .default([])
      .describe(
        "Networks of the load balancer: headers from elsewhere are not trusted. At most 32.",
      ),
  }),
  {
    cel: "self.version == 'None' || size(self.from) > 0",
    holds: (value) => value.version === "None" || value.from.length > 0,
    message: "version V2 needs the load balancer's networks: list them in from",
    field: "from",
  },
);

/** How long an address stays in quarantine where its pool does not say. */
export const defaultQuarantine = { blocked: "720h", retired: "168h", unusable: "1h" } as const;

const quarantine = z.object({
  blocked: duration()
    .default(defaultQuarantine.blocked)
    .describe("After a block. Default: 720h (30 days)."),
  retired: duration()
    .default(defaultQuarantine.retired)
    .describe(
      "After a move by age or by hand, or the end of a slot or fleet. Default: 168h (7 days).",
    ),
  unusable: duration()
    .default(defaultQuarantine.unusable)
    .describe("After it never answered, or its load balancer refused it. Default: 1h."),
});

const avoidPrefix = z.object({
  ipv4: integer(8, 32).default(24).describe("IPv4 prefix length, 8 to 32; 32 = off. Default: 24."),
  ipv6: integer(16, 128)
    .default(48)
    .describe("IPv6 prefix length, 16 to 128; 128 = off. Default: 48."),
});

const fields = z.object({
  provider: provider.describe(
    "Load balancer that provides the addresses: MetalLB, Cilium, KubeVip, AWS, GCP, Azure, or Assigned (any other). Can't be changed.",
  ),
  addresses: list(addressRange(), 64)
    .default([])
    .describe(
      "Networks and ranges, for MetalLB, Cilium and KubeVip. At most 64 entries and 1048576 addresses.",
    ),
  named: list(namedAddress, 256, { type: "map", keys: ["name"] })
    .default([])
    .describe("Reserved addresses, for AWS, GCP and Azure. At most 256."),
  namespaceSelector: z
    .object({
      matchLabels: matchLabels()
        .default({})
        .describe("Labels, all of which a Namespace must have."),
    })
    .exactOptional()
    .describe("Namespaces whose fleets may claim addresses; none = all."),
  perNamespace: integer(0, mostPoolAddresses)
    .default(0)
    .describe(
      "Most addresses that a namespace may hold, quarantined ones included; 0 = no limit. Default: 0.",
    ),
  loadBalancerClass: withRules(
    line(317, 1),
    matching(
      /^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$/,
      "must be a name such as metallb.io/metallb",
    ),
  )
    .exactOptional()
    .describe(
      "Class of the load balancer, where the cluster has several. Default: the cluster's default. Can't be changed.",
    ),
  service: service.prefault({}).describe("What is added to the Services of this pool."),
  proxyProtocol: proxyProtocol
    .prefault({})
    .describe("Whether the load balancer sends the client's address in a PROXY header."),
  verify: z
    .enum(["Address", "AddressOrPods"])
    .default("Address")
    .describe(
      "What must answer the operator before an address is published. Address: the address itself. AddressOrPods: where neither it nor another address of the pool answers for 2 minutes, as behind a firewall that keeps only the operator out, the fleet's pods are enough. Default: Address.",
    ),
  quarantine: quarantine
    .prefault({})
    .describe("How long an address rests before it may be used again."),
  avoidPrefix: avoidPrefix
    .prefault({})
    .describe("How near an address may be to a blocked one, while any other address is free."),
  reserve: integer(0, mostPoolAddresses)
    .default(1)
    .describe(
      "Addresses kept for blocks: moves by schedule or by hand don't take them, but a slot without an address may. Default: 1.",
    ),
});

type PoolFields = z.output<typeof fields>;

function needs(
  field: "addresses" | "named",
  kinds: readonly Provider[],
): readonly ValidationRule<PoolFields>[] {
  const list = `[${kinds.map((kind) => `'${kind}'`).join(", ")}]`;
  const [names, example] = [
    kinds.join(", "),
    field === "addresses" ? '["203.0.113.0/26"]' : "[{name: …, address: 203.0.113.9}]",
  ];
  return [
    {
      cel: `!(self.provider in ${list}) || size(self.${field}) > 0`,
      holds: (spec) => !kinds.includes(spec.provider) || spec[field].length > 0,
      message: `is empty, but ${names} take their addresses from it: write for example ${field}: ${example}`,
      field,
    },
    {
      cel: `self.provider in ${list} || size(self.${field}) == 0`,
      holds: (spec) => kinds.includes(spec.provider) || spec[field].length === 0,
      message: `is for ${names} only: leave it out, or choose one of these providers`,
      field,
    },
  ];
}

const checkedFields = withRules(
  fields,
  ...needs("addresses", rangeProviders),
  ...needs("named", namedProviders),
  {
    cel: "self.named.all(entry, self.named.exists_one(other, other.address == entry.address))",
    holds: ({ named }) => new Set(named.map(({ address }) => address)).size === named.length,
    message: "lists an address twice: keep one of the entries",
    field: "named",
  },
);

/** A pool's spec, which an admin writes. */
export const poolSpec = withCel(checkedFields, {
  rule: "has(self.loadBalancerClass) == has(oldSelf.loadBalancerClass) && (!has(self.loadBalancerClass) || self.loadBalancerClass == oldSelf.loadBalancerClass)",
  message: `can't be changed, added or removed, since a Service keeps the class that it was made with: ${moveToAnother}`,
  fieldPath: ".loadBalancerClass",
});

/** The largest count that a pool's status can hold. */
export const mostPoolCount = 2 ** 31 - 1;

const count = (what: string): z.ZodExactOptional<z.ZodInt> =>
  integer(0, mostPoolCount).exactOptional().describe(what);

/** A pool's status, which the operator writes. */
export const poolStatus = z.object({
  observedGeneration: integer(0, Number.MAX_SAFE_INTEGER)
    .exactOptional()
    .describe("The generation of the spec that this status refers to."),
  conditions: conditions(),
  total: count("Addresses that the pool holds."),
  serving: count("Addresses that serve, or are being prepared."),
  draining: count("Addresses that still serve, but are no longer published."),
  quarantined: count("Addresses that rest."),
  free: count("Addresses that may be claimed, the reserve included."),
});

/** A pool's name is also a label's value, which has at most 63 characters. */
export const poolName = withRules(
  line(253, 1),
  {
    cel: "size(self) <= 63",
    holds: (name) => name.length <= 63,
    message:
      "must have at most 63 characters, since it becomes a label's value: choose a shorter name",
  },
  matching(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "must hold only small letters, digits and '-' (no '.'): choose another name",
  ),
);

export type AddressPoolSpec = z.output<typeof poolSpec>;
export type AddressPoolStatus = z.output<typeof poolStatus>;

/** A pool of addresses. */
export interface AddressPool extends KubeObject {
  kind: "AddressPool";
  metadata: LiveMeta;
  spec: AddressPoolSpec;
  status: AddressPoolStatus;
}

/** The kind as the API server and kubectl know it. */
export const addressPoolKind = {
  kind: "AddressPool",
  plural: "addresspools",
  singular: "addresspool",
  shortName: "wapool",
  scope: "Cluster",
  description:
    "A pool of external addresses: where they come from, who may claim them, and how long a used one rests.",
  name: poolName,
  spec: poolSpec,
  status: poolStatus,
  columns: [
    textColumn("Provider", ".spec.provider", "Load balancer that provides the addresses."),
    numberColumn("Total", ".status.total", "Addresses that the pool holds."),
    numberColumn("Serving", ".status.serving", "Addresses that serve, or are being prepared."),
    numberColumn(
      "Draining",
      ".status.draining",
      "Addresses that still serve, but are no longer published.",
    ),
    numberColumn("Quarantined", ".status.quarantined", "Addresses that rest."),
    numberColumn("Free", ".status.free", "Addresses that may be claimed."),
    ageColumn,
  ],
} satisfies Kind;

/** Reads a pool that the API server or a person gave us. */
export const parseAddressPool = parser<AddressPool>(addressPoolKind);

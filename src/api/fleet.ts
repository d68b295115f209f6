import { z } from "zod";
import type { KubeObject } from "../kubernetes/objects.ts";
import { ageColumn, numberColumn, textColumn, type Kind, type LiveMeta } from "./kind.ts";
import { parser } from "./parse.ts";
import { country, dnsLabel, integer, line, list, timestamp } from "./common.ts";
import { conditions } from "./conditions.ts";
import { cidr } from "./ip-schema.ts";
import { image, podMetadata, resources, scheduling } from "./fleet-pods.ts";
import { audience, reachability, rotation } from "./fleet-rotation.ts";
import { dns, limits, listeners, share, upstream } from "./fleet-traffic.ts";
import { addressPhase } from "./address-phase.ts";
import { longestRequest } from "./requests.ts";
import { matching, withRules } from "./validation-rule.ts";

/** The longest message of a slot, in characters. */
export const longestSlotMessage = 2048;

const addresses = z.object({
  count: integer(1, 64)
    .default(2)
    .describe("Slots: groups of people, each with an address of its own, 1 to 64. Default: 2."),
  pools: list(z.object({ name: dnsLabel().describe("Name of the AddressPool.") }), 8, {
    type: "map",
    keys: ["name"],
    min: 1,
  }).describe("AddressPools in order of preference, 1 to 8. Slots spread over them."),
  externalTrafficPolicy: z
    .enum(["Cluster", "Local"])
    .default("Cluster")
    .describe(
      "Cluster: any node accepts traffic. Local: only nodes with a pod do, and pods see the client's address. Default: Cluster.",
    ),
  loadBalancerSourceRanges: list(cidr(), 64)
    .default([])
    .describe("Networks that may connect; none = all. At most 64."),
});

/** What a person asks of a fleet. */
export const fleetSpec = withRules(
  z.object({
    replicas: integer(0, 1000).default(2).describe("Proxy pods, 0 to 1000. Default: 2."),
    image: image.exactOptional().describe("Image of the proxy pods. Default: the operator's own."),
    resources: resources
      .exactOptional()
      .describe(
        "CPU and memory of a proxy pod. Default: a CPU request that lets autoscaling work, and memory that follows from limits.maxConnections.",
      ),
    scheduling: scheduling.exactOptional().describe("Which nodes the pods may run on."),
    podMetadata: podMetadata.exactOptional().describe("Labels and annotations added to the pods."),
    listeners: listeners.prefault({}).describe("Ports on which the addresses answer."),
    upstream: upstream.prefault({}).describe("Servers to which traffic is passed on."),
    limits: limits.prefault({}).describe("Limits of one pod."),
    addresses: addresses.describe("How many addresses the fleet has, and from where."),
    audience: audience.prefault({}).describe("The people the fleet is for."),
    rotation: rotation.prefault({}).describe("When slots move to fresh addresses."),
    reachability: reachability.prefault({}).describe("When an address counts as blocked."),
    dns: dns
      .exactOptional()
      .describe("DNS names for the slots, as DNSEndpoint objects of external-dns. Default: none."),
    share: share
      .prefault({})
      .describe("What share links carry, and whether slots have share pages."),
    paused: z
      .boolean()
      .default(false)
      .describe("Stops rotations. Drains still end, and repairs go on. Default: false."),
  }),
  {
    cel: "self.share.host != 'Hostname' || has(self.dns)",
    holds: (spec) => spec.share.host !== "Hostname" || spec.dns !== undefined,
    message: "Hostname needs names: set dns.hostname, or use Address",
    field: "share.host",
  },
);

const fleetAddress = z.object({
  address: line(45, 1).describe("The external address."),
  slot: integer(0, 63).describe("The slot it serves."),
  hostname: line(253)
    .exactOptional()
    .describe("Always empty: DNS names are secrets of the slots' people. slots has their pattern."),
  phase: addressPhase.describe("The phase of the address."),
  since: timestamp().describe("When this phase began."),
  expires: timestamp().exactOptional().describe("When this phase ends by itself, if it does."),
  blockedIn: list(country(), 256, { type: "set" })
    .exactOptional()
    .describe("Countries in which it is blocked."),
});

const fleetSlot = z.object({
  slot: integer(0, 63).describe("The slot."),
  address: line(45).exactOptional().describe("The address that its people use, if it has one."),
  hostname: line(253)
    .exactOptional()
    .describe(
      "Pattern of its DNS name, as in spec.dns. The name itself is a secret of the slot's people: the Secret <fleet>-share has it.",
    ),
  blockedIn: list(country(), 256, { type: "set" })
    .exactOptional()
    .describe("Countries in which its address is blocked."),
  burnt: integer(0, 1_000_000).describe(
    "Addresses of this slot that were blocked and are remembered still.",
  ),
  next: z
    .object({
      at: timestamp().describe("When."),
      reason: line(64, 1).describe("Why."),
    })
    .exactOptional()
    .describe("Its next planned move, if there is one."),
  message: line(longestSlotMessage).describe(
    "How its people are served, what comes next, and what prevents it.",
  ),
});

/** A fleet's status, which the operator writes. */
export const fleetStatus = z.object({
  observedGeneration: integer(0, Number.MAX_SAFE_INTEGER)
    .exactOptional()
    .describe("The generation of the spec that this status refers to."),
  replicas: integer(0, 1_000_000).exactOptional().describe("Proxy pods that exist."),
  readyReplicas: integer(0, 1_000_000).exactOptional().describe("Proxy pods that are ready."),
  selector: line(1024).exactOptional().describe("Label selector of the pods, for autoscalers."),
  serving: line(16)
    .exactOptional()
    .describe(
      "Slots with a verified published address, of all slots, e.g. 2/2; none while no pod is ready.",
    ),
  reachable: line(16)
    .exactOptional()
    .describe("Slots whose people are not known to be cut off, of all slots, e.g. 1/2."),
  lastHandledRotateAt: line(longestRequest)
    .exactOptional()
    .describe("Text of the last proxyfleet.dev/rotate-at annotation that was answered."),
  lastHandledReport: line(longestRequest)
    .exactOptional()
    .describe("Text of the last proxyfleet.dev/report-blocked annotation that was answered."),
  conditions: conditions(),
  slots: list(fleetSlot, 64, { type: "map", keys: ["slot"] })
    .exactOptional()
    .describe("The slots: what each of them has, and what comes next."),
  addresses: list(fleetAddress, 512, { type: "map", keys: ["address"] })
    .exactOptional()
    .describe("Addresses of the fleet; a slot that moves has two."),
  nextRotation: z
    .object({
      slot: integer(0, 63).describe("The slot that moves next."),
      at: timestamp().describe("When."),
      reason: line(64, 1).describe("Why."),
    })
    .exactOptional()
    .describe("The next planned move, if there is one."),
});

/**
 * Children's names are made of the fleet's: 40 characters leave room, and a Service's name begins
 * with a letter (RFC 1035).
 */
export const fleetName = withRules(
  line(253, 1),
  {
    cel: "size(self) <= 40",
    holds: (name) => name.length <= 40,
    message:
      "must have at most 40 characters, since the names of pods and Services are made from it: choose a shorter name",
  },
  matching(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    "must begin with a small letter and hold only small letters, digits and '-' (no '.'): choose another name",
  ),
);

export type WhatsAppProxySpec = z.output<typeof fleetSpec>;
export type WhatsAppProxyStatus = z.output<typeof fleetStatus>;
export type ListenersSpec = WhatsAppProxySpec["listeners"];

/** A fleet. */
export interface WhatsAppProxy extends KubeObject {
  kind: "WhatsAppProxy";
  metadata: LiveMeta & { namespace: string };
  spec: WhatsAppProxySpec;
  status: WhatsAppProxyStatus;
}

/** The kind as the API server and kubectl know it. */
export const whatsAppProxyKind = {
  kind: "WhatsAppProxy",
  plural: "whatsappproxies",
  singular: "whatsappproxy",
  shortName: "wap",
  scope: "Namespaced",
  description:
    "A fleet of WhatsApp proxies: pods, and external addresses in front of them, each for one group of people.",
  name: fleetName,
  spec: fleetSpec,
  status: fleetStatus,
  columns: [
    textColumn(
      "Ready",
      '.status.conditions[?(@.type=="Ready")].status',
      "Whether a pod is ready and every slot has a verified published address.",
    ),
    textColumn(
      "Reachable",
      ".status.reachable",
      "Slots whose people are not known to be cut off, of all slots.",
    ),
    textColumn(
      "Serving",
      ".status.serving",
      "Slots with a verified published address, of all slots; none while no pod is ready.",
    ),
    numberColumn("Replicas", ".spec.replicas", "Proxy pods asked for."),
    textColumn(
      "Next Rotation",
      ".status.nextRotation.at",
      "When the next slot moves to a fresh address.",
    ),
    ageColumn,
  ],
  scale: {
    specReplicasPath: ".spec.replicas",
    statusReplicasPath: ".status.replicas",
    labelSelectorPath: ".status.selector",
  },
} satisfies Kind;

/** Reads a fleet that the API server or a person gave us. */
export const parseWhatsAppProxy = parser<WhatsAppProxy>(whatsAppProxyKind);

import { BlockList, isIPv6 } from "node:net";
import { type LabelSelector, matchesSelector } from "../../../src/values/label-selector.ts";

/** A NetworkPolicy as YAML has it (networking.k8s.io/v1): what is left out has its default. */
export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

export interface Peer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A pod, with its namespace's labels and the ports that its containers name. */
export interface PolicyPod {
  readonly kind: "pod";
  readonly namespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly labels: Readonly<Record<string, string>>;
  readonly ip: string;
  readonly ports?: readonly {
    readonly name: string;
    readonly containerPort: number;
    readonly protocol?: string;
  }[];
}

/** An end of a flow: a pod, a host somewhere, or the node that the other end runs on. */
export type End =
  PolicyPod | { readonly kind: "host"; readonly ip: string } | { readonly kind: "ownNode" };

export interface Flow {
  readonly from: End;
  readonly to: End;
  readonly protocol?: "TCP" | "UDP" | "SCTP";
  readonly port: number;
}

/**
 * Whether policies let a flow pass, as the Kubernetes documentation says it ("Network Policies")
 * and an engine would enforce it: the source must be allowed to send, and the destination to
 * receive. Policies only add to each other. A pod that no policy selects for a direction is free in
 * it. What passes between a pod and its own node is never stopped. The answer of an allowed flow
 * passes by itself.
 */
export function passes(policies: readonly Policy[], flow: Flow): boolean {
  if (flow.from.kind === "ownNode" || flow.to.kind === "ownNode") return true;
  return allows("Egress", policies, flow) && allows("Ingress", policies, flow);
}

type Direction = "Ingress" | "Egress";

function allows(direction: Direction, policies: readonly Policy[], flow: Flow): boolean {
  const [own, other] = direction === "Ingress" ? [flow.to, flow.from] : [flow.from, flow.to];
  if (own.kind !== "pod") return true;
  const selecting = policies.filter(
    (policy) => isOfDirection(policy, direction) && selects(policy, own),
  );
  if (selecting.length === 0) return true;
  return selecting.some((policy) => {
    const rules = (direction === "Ingress" ? policy.spec.ingress : policy.spec.egress) ?? [];
    return rules.some((rule) => {
      const peers = direction === "Ingress" ? rule.from : rule.to;
      return isOfPorts(rule.ports, flow) && isOfPeers(peers, policy, other);
    });
  });
}

/** Without policyTypes a policy is for Ingress, and for Egress too if it has rules for it. */
function isOfDirection({ spec }: Policy, direction: Direction): boolean {
  const types = spec.policyTypes ?? [
    "Ingress",
    ...((spec.egress ?? []).length > 0 ? ["Egress"] : []),
  ];
  return types.includes(direction);
}

function selects({ metadata, spec }: Policy, pod: PolicyPod): boolean {
  return (
    (metadata.namespace ?? "default") === pod.namespace.name &&
    matchesSelector(spec.podSelector ?? {}, pod.labels)
  );
}

/** No peers, or an empty list of them: everybody. */
function isOfPeers(peers: readonly Peer[] | undefined, policy: Policy, other: End): boolean {
  return (
    peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(peer, policy, other))
  );
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  { metadata }: Policy,
  other: End,
): boolean {
  if (other.kind === "ownNode") return true;
  if (ipBlock !== undefined) return isInBlock(ipBlock, other.ip);
  if (other.kind !== "pod" || (podSelector === undefined && namespaceSelector === undefined))
    return false;
  const isInNamespace =
    namespaceSelector === undefined
      ? other.namespace.name === (metadata.namespace ?? "default")
      : matchesSelector(namespaceSelector, other.namespace.labels);
  return isInNamespace && matchesSelector(podSelector ?? {}, other.labels);
}

function isInBlock({ cidr, except = [] }: NonNullable<Peer["ipBlock"]>, ip: string): boolean {
  return isIn(cidr, ip) && !except.some((hole) => isIn(hole, ip));
}

function isIn(cidr: string, ip: string): boolean {
  const [network = "", length = ""] = cidr.split("/");
  if (isIPv6(network) !== isIPv6(ip)) return false;
  const family = isIPv6(ip) ? "ipv6" : "ipv4";
  const block = new BlockList();
  block.addSubnet(network, Number(length), family);
  return block.check(ip, family);
}

/** No ports, or an empty list of them: every port of every protocol. */
function isOfPorts(ports: readonly Port[] | undefined, flow: Flow): boolean {
  return ports === undefined || ports.length === 0 || ports.some((port) => isPort(port, flow));
}

function isPort({ protocol = "TCP", port, endPort }: Port, flow: Flow): boolean {
  if (protocol !== (flow.protocol ?? "TCP")) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return flow.port >= port && flow.port <= (endPort ?? port);
  return namedPorts(port, protocol, flow.to).includes(flow.port);
}

/** A name means what the pod that is spoken to calls so; hosts name no ports. */
function namedPorts(name: string, protocol: string, to: End): number[] {
  if (to.kind !== "pod") return [];
  const named = (to.ports ?? []).filter(
    (port) => port.name === name && (port.protocol ?? "TCP") === protocol,
  );
  return named.map(({ containerPort }) => containerPort);
}

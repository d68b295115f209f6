import type { WhatsAppProxySpec } from "../api/fleet.ts";
import type { ChildOwner } from "./deployment.ts";
import { lanePort, mostLanes } from "../ledger/lanes.ts";
import {
  childName,
  fleetLabels,
  podSelector,
  supervisorPort,
  listenerNames,
} from "../api/names.ts";
import { placedServers } from "./haproxy/upstream.ts";
import { closedNetworks } from "./upstream-networks.ts";
import type { NetworkPeer, NetworkPolicy } from "../kubernetes/objects.ts";

/**
 * Where DNS servers listen. OpenShift's own, behind its Service's port 53, listen on 5353 (OpenShift
 * documentation, "DNS Operator"), and a policy is held against the port that a pod listens on.
 */
const dnsPorts = [53, 5353] as const;

/**
 * What may reach a fleet's pods, and what they may reach. In: the lanes' ports from anywhere; the
 * supervisor, which serves the metrics too, from the operator's namespace and those of the
 * monitoring. Out: DNS, and the ports of the upstream servers, outside of private networks.
 */
export function networkPolicyManifest(
  { namespace, fleet, owner }: ChildOwner,
  spec: WhatsAppProxySpec,
  { askers, privateNetworks }: PolicyPeers,
): NetworkPolicy {
  const lanes = {
    protocol: "TCP" as const,
    port: lanePort(0, "chat"),
    endPort: lanePort(mostLanes - 1, listenerNames[listenerNames.length - 1] ?? "chat"),
  };
  const from = [
    {
      namespaceSelector: {
        matchExpressions: [
          { key: "kubernetes.io/metadata.name", operator: "In", values: [...askers] },
        ],
      },
    },
  ];
  const dns = dnsPorts.flatMap((port) => [
    { protocol: "UDP" as const, port },
    { protocol: "TCP" as const, port },
  ]);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: childName(fleet),
      namespace,
      labels: fleetLabels(fleet),
      ownerReferences: [owner],
    },
    spec: {
      podSelector: { matchLabels: podSelector(fleet) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: [lanes] }, { from, ports: [{ protocol: "TCP", port: supervisorPort }] }],
      egress: [
        { ports: dns },
        {
          to: upstreamPeers(privateNetworks),
          ports: upstreamPorts(spec).map((port) => ({ protocol: "TCP" as const, port })),
        },
      ],
    },
  };
}

/** Who a policy lets in, and where it lets out to. */
interface PolicyPeers {
  /** Namespaces that may ask the supervisor. */
  readonly askers: readonly string[];
  /** Networks (CIDRs) that are open to pods although they are private. */
  readonly privateNetworks: readonly string[];
}

/** Everybody, but for the networks into which pods lead nobody. */
function upstreamPeers(opened: readonly string[]): NetworkPeer[] {
  const isIpv6 = (network: string) => network.includes(":");
  return [
    {
      ipBlock: {
        cidr: "0.0.0.0/0",
        except: closedNetworks.filter((network) => !isIpv6(network)),
      },
    },
    { ipBlock: { cidr: "::/0", except: closedNetworks.filter(isIpv6) } },
    ...opened.map((cidr) => ({ ipBlock: { cidr } })),
  ];
}

function upstreamPorts({ upstream }: WhatsAppProxySpec): number[] {
  const servers = [...placedServers(upstream, "chat"), ...placedServers(upstream, "media")];
  const ports = servers.map(({ server }) => Number(server.slice(server.lastIndexOf(":") + 1)));
  return [...new Set(ports)].toSorted((a, b) => a - b);
}

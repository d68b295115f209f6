import type { Provider as ProviderName } from "../api/address-pool.ts";
import type { Provider, ServicePool } from "./provider.ts";
import { aws } from "./providers/aws.ts";

const local = {
  needsNodePorts: false,
  statusIsHostName: false,
  handsBackTheLast: true,
  ignoresChangeInPlace: false,
  defaults: {},
} as const;

/** The capability table: one row a provider, by AddressPool.spec.provider. */
const table: Readonly<Record<ProviderName, Provider>> = {
  // MetalLB documentation, "Usage", "Requesting specific IPs", and its release notes: the second key
  // is the only one that releases before 0.14.9 know. Newer ones read it where the first is absent,
  // and warn at each Service that has it. ServiceBGPStatus came with 0.15.
  MetalLB: {
    ...local,
    asks: "address",
    addressAnnotations: ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"],
    versions: [
      {
        reads: "metallb.io/loadBalancerIPs",
        mark: "metallb.io/ip-allocated-from-pool",
        kind: "metallb.io/v1beta1/servicebgpstatuses",
      },
      {
        reads: "metallb.universe.tf/loadBalancerIPs",
        mark: "metallb.universe.tf/ip-allocated-from-pool",
      },
    ],
  },
  // Cilium documentation, "LoadBalancer IP Address Management (LB IPAM)", "Requesting IPs". The
  // second key is that of 1.13 and 1.14.
  Cilium: {
    ...local,
    asks: "address",
    addressAnnotations: ["lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"],
  },
  // kube-vip-cloud-provider README, "IP address functionality".
  KubeVip: { ...local, asks: "address", addressAnnotations: ["kube-vip.io/loadbalancerIPs"] },
  // AWS Load Balancer Controller documentation, "Service annotations" and "Network Load Balancer".
  AWS: {
    asks: "name",
    addressAnnotations: ["service.beta.kubernetes.io/aws-load-balancer-eip-allocations"],
    needsNodePorts: false,
    statusIsHostName: true,
    handsBackTheLast: false,
    ignoresChangeInPlace: true,
    defaults: {
      "service.beta.kubernetes.io/aws-load-balancer-type": "external",
      "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
      "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
    },
    adapter: aws,
  },
  // GKE documentation, "LoadBalancer Service parameters". That node ports may be left out is
  // written nowhere.
  GCP: {
    asks: "name",
    addressAnnotations: ["networking.gke.io/load-balancer-ip-addresses"],
    needsNodePorts: true,
    statusIsHostName: false,
    handsBackTheLast: false,
    ignoresChangeInPlace: false,
    defaults: { "cloud.google.com/l4-rbs": "enabled" },
  },
  // Cloud Provider Azure documentation, "Azure LoadBalancer", "LoadBalancer annotations": a Service
  // of one family takes azure-pip-name, whichever family it is. Its health probes use node
  // ports.
  Azure: {
    asks: "name",
    addressAnnotations: ["service.beta.kubernetes.io/azure-pip-name"],
    needsNodePorts: true,
    statusIsHostName: false,
    handsBackTheLast: false,
    ignoresChangeInPlace: false,
    defaults: {},
  },
  // Clouds that give what they give, for example DigitalOcean and Hetzner. Their load balancers
  // send to node ports.
  Assigned: {
    asks: "nothing",
    addressAnnotations: [],
    needsNodePorts: true,
    statusIsHostName: false,
    handsBackTheLast: true,
    ignoresChangeInPlace: true,
    defaults: {},
  },
};

/** The providers that can be used, by AddressPool.spec.provider. */
export const providers: ReadonlyMap<string, Provider> = new Map(Object.entries(table));

const versions = Object.values(table).flatMap((provider: Provider) => provider.versions ?? []);

/** Kinds that tell versions of providers apart, as `group/version/plural`. */
export const versionKinds: readonly string[] = versions.flatMap(({ kind }) => kind ?? []);

/** Annotations on Services that do so. */
export const versionMarks: readonly string[] = versions.map(({ mark }) => mark);

/**
 * How a provider is asked for an address: annotations for the Service, and whether it needs node
 * ports.
 */
export interface ProviderRequest {
  readonly annotations: Readonly<Record<string, string>>;
  readonly needsNodePorts: boolean;
}

/**
 * What the Service of an address must carry so that its provider gives it this very address. What
 * the pool's owner adds goes before the provider's defaults, but never before what asks for the
 * address.
 * @param address undefined where the provider can't be asked
 */
export function askProvider(
  provider: Provider,
  pool: ServicePool,
  address: string | undefined,
): ProviderRequest {
  const named = pool.named.find((entry) => entry.address === address);
  const wish = { name: named?.name, address, nothing: undefined }[provider.asks];
  const asked =
    wish === undefined
      ? {}
      : Object.fromEntries(provider.addressAnnotations.map((key) => [key, wish]));
  const own =
    address === undefined ? {} : (provider.adapter?.annotations({ address, named }, pool) ?? {});
  const annotations = { ...provider.defaults, ...pool.service.annotations, ...own, ...asked };
  return {
    annotations,
    needsNodePorts: provider.adapter?.needsNodePorts(annotations) ?? provider.needsNodePorts,
  };
}

/**
 * Whether the pool still gives the name by which its provider knows this address. Without it, its
 * Service can't be made, or would lose it.
 */
export function knowsName(
  provider: Provider,
  pool: ServicePool,
  address: string | undefined,
): boolean {
  return provider.asks !== "name" || pool.named.some((entry) => entry.address === address);
}

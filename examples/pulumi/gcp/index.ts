// Reserved addresses of Google Cloud, a pool of them, and a fleet for two groups of people. Needs a GKE cluster in the region, and both
// images in a registry that its nodes can reach.
//   pulumi config set gcp:project PROJECT
//   pulumi config set gcp:region REGION
//   pulumi config set registry REGISTRY
import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AddressPool, ProxyfleetOperator, WhatsAppProxy } from "proxyfleet/pulumi";

const registry = new pulumi.Config().require("registry");

/** Groups of people. Each has an address of its own. */
const groups = 2;

/** Two addresses in use, one for a move, one kept for a block, and others while used ones rest. */
const count = 8;

const operator = new ProxyfleetOperator("proxyfleet", {
  values: {
    image: { repository: `${registry}/operator` },
    proxyImage: { repository: `${registry}/proxy` },
  },
});

const reserved = Array.from(
  { length: count },
  (_, index) => new gcp.compute.Address(`proxyfleet-${index}`),
);

const pool = new AddressPool(
  "gcp",
  { spec: { provider: "GCP", named: reserved.map(({ name, address }) => ({ name, address })) } },
  { dependsOn: operator },
);

const namespace = new k8s.core.v1.Namespace("proxies", {
  metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
});

const family = new WhatsAppProxy(
  "family",
  {
    metadata: { namespace: namespace.metadata.name },
    spec: {
      // These load balancers pass packets through. Local keeps the client's address, so that limits
      // per client can work.
      addresses: {
        count: groups,
        pools: [{ name: pool.metadata.name }],
        externalTrafficPolicy: "Local",
      },
      audience: { countries: ["IR"] },
    },
  },
  { dependsOn: operator },
);

/**
 * Slot by slot, as of the last `pulumi up` or `pulumi refresh`. A secret: anyone who knows an address
 * can have it blocked.
 */
export const addresses = pulumi.secret(family.addresses);

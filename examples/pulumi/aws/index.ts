// Elastic IP addresses of AWS, a pool of them, and a fleet for two groups of people. Needs an EKS cluster with the AWS Load Balancer
// Controller, and both images in a registry that its nodes can reach.
//   pulumi config set registry REGISTRY
//   pulumi config set network 10.0.0.0/16
//   pulumi config set --path 'subnets[0]' subnet-…      one public subnet, or several in different zones
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AddressPool, ProxyfleetOperator, WhatsAppProxy } from "proxyfleet/pulumi";

const config = new pulumi.Config();
const registry = config.require("registry");
const network = config.require("network");
const subnets = config.requireObject<string[]>("subnets");

/** Groups of people. Each has an address of its own. */
const groups = 2;

/**
 * Two addresses in use, one for a move, one kept for a block, and others while used ones rest. An
 * account has five unless you ask for more.
 */
const count = 5;

const operator = new ProxyfleetOperator("proxyfleet", {
  values: {
    image: { repository: `${registry}/operator` },
    proxyImage: { repository: `${registry}/proxy` },
  },
});

const elastic = Array.from(
  { length: count },
  (_, index) => new aws.ec2.Eip(`proxyfleet-${index}`, { domain: "vpc" }),
);

const pool = new AddressPool(
  "aws",
  {
    spec: {
      provider: "AWS",
      named: elastic.map((ip, index) => ({
        name: ip.allocationId,
        address: ip.publicIp,
        subnet: subnets[index % subnets.length] ?? "",
      })),
      proxyProtocol: { version: "V2", from: [network] },
    },
  },
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
      addresses: { count: groups, pools: [{ name: pool.metadata.name }] },
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

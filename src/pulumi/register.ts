import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./chart/installation.ts";

/** Objects that become resources. */
interface Registration {
  /** Begins the name of each resource. */
  readonly prefix: string;
  readonly parent: pulumi.Resource;
  /**
   * Which objects there are, in their order: kinds, names and fields. What the fields hold does not
   * count.
   */
  readonly outline: readonly Manifest[];
  /**
   * The same objects in the same order, with what they hold: known as soon as all that they are
   * made of is.
   */
  readonly objects: pulumi.Output<readonly Manifest[]>;
  /** Leave the CRDs in the cluster when the resources are destroyed. */
  readonly keepCrds: boolean;
}

/**
 * Makes a resource of each object. Namespaces come before what is in them, and all else before the
 * Deployment.
 */
export function register({ prefix, parent, outline, objects, keepCrds }: Registration): void {
  const made: { readonly kind: string; readonly resource: pulumi.Resource }[] = [];
  for (const [index, { apiVersion, kind, ...fields }] of outline.entries()) {
    const inputs = Object.fromEntries(
      Object.keys(fields).map((field) => [field, objects.apply((all) => all[index]?.[field])]),
    );
    const needed = made.filter((earlier) => kind === "Deployment" || earlier.kind === "Namespace");
    const opts = {
      parent,
      dependsOn: needed.map(({ resource }) => resource),
      retainOnDelete: kind === crd && keepCrds,
    };
    made.push({
      kind,
      resource: resourceOf(
        titleOf(prefix, kind, fields.metadata),
        { apiVersion, kind, inputs },
        opts,
      ),
    });
  }
}

function titleOf(
  prefix: string,
  kind: string,
  { namespace = "", name }: Manifest["metadata"],
): string {
  return [prefix, kind.toLowerCase(), namespace, name].filter((part) => part !== "").join("-");
}

const crd = "CustomResourceDefinition";

interface ObjectOutputs {
  readonly apiVersion: string;
  readonly kind: string;
  readonly inputs: Readonly<Record<string, pulumi.Output<unknown>>>;
}

/** A resource of Pulumi's own class for the kind, where it has one. */
function resourceOf(
  title: string,
  { apiVersion, kind, inputs }: ObjectOutputs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const Resource = classes[kind];
  return Resource === undefined
    ? new k8s.apiextensions.CustomResource(title, { apiVersion, kind, ...inputs }, opts)
    : new Resource(title, inputs, opts);
}

// Each class wants arguments of its own type. The tests hold what is given here to the API server's
// schemas, which say the same.
type ResourceClass = new (
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions,
) => pulumi.Resource;

const classes = {
  Namespace: k8s.core.v1.Namespace,
  [crd]: k8s.apiextensions.v1.CustomResourceDefinition,
  ServiceAccount: k8s.core.v1.ServiceAccount,
  ClusterRole: k8s.rbac.v1.ClusterRole,
  ClusterRoleBinding: k8s.rbac.v1.ClusterRoleBinding,
  Role: k8s.rbac.v1.Role,
  RoleBinding: k8s.rbac.v1.RoleBinding,
  NetworkPolicy: k8s.networking.v1.NetworkPolicy,
  PodDisruptionBudget: k8s.policy.v1.PodDisruptionBudget,
  Service: k8s.core.v1.Service,
  Deployment: k8s.apps.v1.Deployment,
} as unknown as Readonly<Record<string, ResourceClass>>;

import type { ApiClient } from "../../kubernetes/client.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import { resource } from "../../kubernetes/resource.ts";
import type { AskedRight } from "./seen.ts";

/** What the server is asked of whoever asks (authorization.k8s.io/v1). */
interface AccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: Attributes };
  readonly status?: { readonly allowed?: boolean };
}

interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Absent: in the whole cluster. */
  readonly namespace?: string;
}

const accessReviews = resource<AccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  scope: "Cluster",
});

/** Where fleets and the operator are, and whether Proxyfleet is there already. */
interface Where {
  readonly namespace: string;
  readonly operatorNamespace: string;
  readonly isInstalled: boolean;
}

/** What the doctor needs to know of rights. */
interface Rights {
  readonly asked: readonly AskedRight[];
  /** Whether the server may be asked what it thinks of a pod. */
  readonly mayCreatePods: boolean;
}

/**
 * Asks which rights whoever asks has, of those that an installation needs, or where there is one, of
 * those that running fleets needs. Every account may ask this.
 */
export async function askRights(client: Pick<ApiClient, "create">, where: Where): Promise<Rights> {
  const wanted = where.isInstalled ? toRun(where) : toInstall(where);
  const asked = await Promise.all(
    wanted.map(async (attributes) => ({
      text: textOf(attributes),
      isAllowed: await isAllowed(client, attributes),
    })),
  );
  const { namespace } = where;
  const pods = { verb: "create", group: "", resource: "pods", namespace };
  return { asked, mayCreatePods: await isAllowed(client, pods) };
}

const ours = "proxyfleet.dev";

function toRun({ namespace }: Where): readonly Attributes[] {
  const fleets = ["list", "create", "patch", "delete"].map((verb) => ({
    verb,
    group: ours,
    resource: "whatsappproxies",
    namespace,
  }));
  const others = ["addresspools", "proxyaddresses"].map((plural) => ({
    verb: "list",
    group: ours,
    resource: plural,
  }));
  return [...fleets, ...others];
}

function toInstall({ operatorNamespace: namespace }: Where): readonly Attributes[] {
  const rbac = "rbac.authorization.k8s.io";
  return [
    { verb: "create", group: "apiextensions.k8s.io", resource: "customresourcedefinitions" },
    { verb: "create", group: rbac, resource: "clusterroles" },
    { verb: "create", group: rbac, resource: "clusterrolebindings" },
    { verb: "create", group: "", resource: "namespaces" },
    { verb: "create", group: "apps", resource: "deployments", namespace },
    { verb: "create", group: "", resource: "serviceaccounts", namespace },
  ];
}

function textOf({ verb, group, resource: plural, namespace }: Attributes): string {
  const name = group === "" ? plural : `${plural}.${group}`;
  return `${verb} ${name}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
}

async function isAllowed(
  client: Pick<ApiClient, "create">,
  resourceAttributes: Attributes,
): Promise<boolean> {
  const review: AccessReview = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: { name: "" },
    spec: { resourceAttributes },
  };
  const { status } = await client.create(accessReviews, review, "proxyfleet-doctor");
  return status?.allowed === true;
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AllowedRequest } from "./permissions.ts";

/** What the API server noted of one request (audit.k8s.io/v1, level Metadata). */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What an account asked of the API server, since the cluster was booted. */
export interface Asked {
  readonly allowed: readonly AllowedRequest[];
  /**
   * Verb, path and the API server's words for each request that was refused for want of a right.
   */
  readonly refused: readonly string[];
}

const requestsOf = (namespace: string, events: readonly AuditEvent[]) =>
  events.filter(({ user }) => user.username === `system:serviceaccount:${namespace}:proxyfleet`);

/**
 * Reads what the operator of a namespace asked. The cluster keeps the log, as
 * test/cluster/boot/control-plane.sh says.
 */
export async function askedBy(namespace: string): Promise<Asked> {
  const lines = (
    await readFile(join(process.env["CLUSTER_DIR"] ?? "", "log/audit.log"), "utf8")
  ).split("\n");
  // The last line may not be written to its end yet.
  const events = lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent);
  const own = requestsOf(namespace, events);
  return { allowed: own.flatMap(allowedRequest), refused: own.filter(isRefused).map(refusalText) };
}

function allowedRequest({
  verb,
  objectRef,
  annotations = {},
}: AuditEvent): readonly AllowedRequest[] {
  const role = roleIn(annotations["authorization.k8s.io/reason"] ?? "");
  if (
    objectRef === undefined ||
    role === undefined ||
    annotations["authorization.k8s.io/decision"] !== "allow"
  )
    return [];
  const { apiGroup: group = "", resource, subresource, name } = objectRef;
  // A Namespace counts as in itself there, and has none.
  const namespace = resource === "namespaces" ? undefined : objectRef.namespace;
  return [
    {
      verb,
      group,
      resource: [resource, ...(subresource === undefined ? [] : [subresource])].join("/"),
      name,
      namespace,
      role,
    },
  ];
}

/**
 * The role that an authorizer's reason names: `RBAC: allowed by RoleBinding "name/namespace" of
 * Role "name" to …`.
 */
function roleIn(reason: string): string | undefined {
  const [, namespace, kind, name] =
    /^RBAC: allowed by \w+ "[^"/]+(?:\/([^"]+))?" of (\w+) "([^"]+)" /.exec(reason) ?? [];
  if (kind === undefined || name === undefined) return undefined;
  return `${kind} ${kind === "Role" ? `${namespace}/` : ""}${name}`;
}

/** A namespace on its way out takes nothing new from anybody; that says nothing about rights. */
function isRefused({ responseStatus }: AuditEvent): boolean {
  return (
    responseStatus?.code === 403 &&
    !(responseStatus.message ?? "").includes("because it is being terminated")
  );
}

function refusalText({ verb, requestURI, responseStatus }: AuditEvent): string {
  return `${verb} ${requestURI}: ${responseStatus?.message ?? ""}`;
}

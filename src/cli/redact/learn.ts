import type { Category } from "./pseudonyms.ts";
import type { Learnt } from "./redactor.ts";

/**
 * Where people's names stand in objects: the last fields of a path, and what is named there. Lists
 * have no part in it.
 */
const places: readonly (readonly [path: string, Category])[] = [
  ["metadata.namespace", "namespace"],
  ["claimRef.namespace", "namespace"],
  ["claimRef.name", "fleet"],
  ["regarding.namespace", "namespace"],
  ["pools.name", "pool"],
  ["spec.pool", "pool"],
  ["named.name", "cloud-id"],
  ["named.subnet", "cloud-id"],
  ["spec.nodeName", "node"],
  ["spec.hostname", "name"],
  ["spec.serviceAccountName", "account"],
  ["spec.serviceAccount", "account"],
  ["spec.holderIdentity", "pod"],
  ["pullSecrets.name", "name"],
  ["imagePullSecrets.name", "name"],
  ["secret.secretName", "name"],
  ["secretKeyRef.name", "name"],
  ["configMapKeyRef.name", "name"],
  ["configMap.name", "name"],
  ["tokenSecretRef.name", "name"],
  ["scheduling.priorityClassName", "name"],
  ["spec.priorityClassName", "name"],
  ["containers.image", "image"],
  ["initContainers.image", "image"],
  ["containerStatuses.image", "image"],
  ["image.repository", "image"],
  ["status.serviceName", "service"],
  ["issuerRef.name", "name"],
  ["ownerReferences.name", "name"],
];

const kinds: Readonly<Record<string, Category>> = {
  WhatsAppProxy: "fleet",
  AddressPool: "pool",
  VantagePoint: "vantage-point",
  Pod: "pod",
  Service: "service",
};

/** Names of ledger entries are addresses, and are replaced as such. */
const entryName = /^ip-[0-9a-f-]+$/;

/** Fields whose own fields are names that somebody chose. */
const maps: ReadonlySet<string> = new Set([
  "labels",
  "annotations",
  "matchLabels",
  "nodeSelector",
  "managedFields",
]);

/** Learns from objects which names people chose, and what the fields are called. */
export function learn(objects: readonly object[]): Learnt {
  const names = new Map<string, Category>();
  const fields = new Set<string>();
  const visit = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value)) for (const each of value) visit(each, path);
    else if (typeof value === "object" && value !== null) {
      visitName(value, names);
      for (const [key, member] of Object.entries(value)) {
        fields.add(key);
        if (!maps.has(key)) visit(member, [...path.slice(-1), key]);
      }
    } else if (typeof value === "number" && path.at(-1) === "asn") {
      names.set(String(value), "asn");
    } else if (typeof value === "string") {
      const category = categoryAt(path, value);
      const name = category === "image" ? withoutVersion(value) : value;
      if (category !== undefined && !names.has(name)) names.set(name, category);
    }
  };
  for (const object of objects) visit(object, []);
  return { names, fields };
}

/** Which version an image is of may be known: `registry.example.org/proxy`, without tag and digest. */
function withoutVersion(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/]*$/, "");
}

function visitName(value: object, names: Map<string, Category>): void {
  const { kind, metadata } = value as { kind?: unknown; metadata?: { name?: unknown } };
  const name = metadata?.name;
  if (typeof kind !== "string" || typeof name !== "string") return;
  if (kind === "ProxyAddress" && entryName.test(name)) return;
  const category = kinds[kind] ?? "name";
  if (category !== "name" || !names.has(name)) names.set(name, category);
}

function categoryAt(path: readonly string[], value: string): Category | undefined {
  const [parent = "", key = ""] = path;
  // A server without a domain, such as a Service's short name: `relay:5222`.
  if (key === "servers" || key === "fallback")
    return /^[\w-]+(?=:\d+$)/.test(value) ? "host" : undefined;
  return places.find(([place]) => place === `${parent}.${key}`)?.[1];
}

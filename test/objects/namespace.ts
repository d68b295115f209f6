import type { Namespace } from "../../src/kubernetes/objects.ts";

/** A namespace. */
export function namespaceObject(name: string, labels?: Record<string, string>): Namespace {
  const metadata = labels === undefined ? { name } : { name, labels };
  return { apiVersion: "v1", kind: "Namespace", metadata };
}

import type { Secret } from "../kubernetes/objects.ts";
import { type Resource, resource } from "../kubernetes/resource.ts";

/**
 * Secrets of the operator's own namespace that it made itself and reads by name. No watch follows
 * them: an operator of some namespaces may not list them. They have a cache of their own.
 */
export const ownSecrets: Resource<Secret> = resource({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  scope: "Namespaced",
  holdsSecrets: true,
});

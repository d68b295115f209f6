import type { KubeObject } from "../../src/kubernetes/objects.ts";
import { type Resource, resource } from "../../src/kubernetes/resource.ts";
import type { GivenInNamespace } from "./metadata.ts";

/** A ConfigMap: an object like any other, for tests of what treats all kinds alike. */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export const configMaps: Resource<ConfigMap> = resource({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
});

interface GivenConfigMap extends GivenInNamespace {
  readonly data?: Record<string, string>;
}

/** A ConfigMap in the namespace that every API server has. */
export function configMapObject(name: string, given: GivenConfigMap = {}): ConfigMap {
  const { namespace = "default", metadata, ...data } = given;
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, ...metadata },
    ...data,
  };
}

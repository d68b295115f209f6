import type { Service } from "../../src/kubernetes/objects.ts";
import { type GivenInNamespace, proxies } from "./metadata.ts";

interface GivenService extends GivenInNamespace {
  readonly spec?: Service["spec"];
  readonly status?: NonNullable<Service["status"]>;
}

/** A Service, of slot 0 of the fleet `family` unless a test says otherwise. */
export function serviceObject(given: GivenService = {}): Service {
  const { name = "family-0-abc", namespace = proxies, metadata, spec = {}, ...status } = given;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, ...metadata },
    spec,
    ...status,
  };
}

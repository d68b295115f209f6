import type { Pod } from "../../src/kubernetes/objects.ts";
import { type GivenInNamespace, proxies } from "./metadata.ts";

interface GivenPod extends GivenInNamespace {
  readonly spec?: NonNullable<Pod["spec"]>;
  readonly status?: NonNullable<Pod["status"]>;
}

/** A pod, of the fleet `family` unless a test says otherwise. */
export function podObject(given: GivenPod = {}): Pod {
  const { name = "family-proxy-x", namespace = proxies, metadata, ...rest } = given;
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, ...metadata }, ...rest };
}

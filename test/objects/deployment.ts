import type { Deployment } from "../../src/kubernetes/objects.ts";
import { type GivenInNamespace, proxies } from "./metadata.ts";

interface GivenDeployment extends GivenInNamespace {
  readonly spec?: Deployment["spec"];
  readonly status?: NonNullable<Deployment["status"]>;
}

/** A Deployment of two pods, of the fleet `family` unless a test says otherwise. */
export function deploymentObject(given: GivenDeployment = {}): Deployment {
  const { name = "family-proxy", namespace = proxies, metadata, ...rest } = given;
  const spec = { replicas: 2, selector: {}, template: {} };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, ...metadata },
    spec,
    ...rest,
  };
}

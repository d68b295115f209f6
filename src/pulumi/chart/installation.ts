import type { KubeObject } from "../../kubernetes/objects.ts";
import type { ChartValues } from "./values.ts";

/**
 * One way of installing the operator: what Helm calls a release, with the values that it was given.
 */
export interface Installation {
  readonly values: ChartValues;
  /** Name of the release: what is outside of the operator's namespace is named after it. */
  readonly release: string;
  readonly namespace: string;
  /** Version of the program, which is also the chart's. */
  readonly version: string;
}

/** An object of the installation: its fields beside the metadata differ from kind to kind. */
export type Manifest = KubeObject & Readonly<Record<string, unknown>>;

/** What selects the operator's pods. It may never change: a Deployment's selector is fixed. */
export const selector = { "app.kubernetes.io/name": "proxyfleet" } as const;

/**
 * Labels of every object. Those that are set in the values can't take the place of the chart's own.
 */
export function labelsOf({ values, release, version }: Installation): Record<string, string> {
  return {
    ...values.commonLabels,
    ...selector,
    "app.kubernetes.io/instance": release,
    "app.kubernetes.io/version": version,
    "app.kubernetes.io/managed-by": "Pulumi",
  };
}

/** `annotations`, unless there are none. */
export function annotated(annotations: Readonly<Record<string, string>>): {
  annotations?: Record<string, string>;
} {
  return Object.keys(annotations).length === 0 ? {} : { annotations: { ...annotations } };
}

/** Metadata of an object of the operator's namespace. */
export function metadataOf(installation: Installation, name: string): KubeObject["metadata"] {
  return {
    name,
    namespace: installation.namespace,
    labels: labelsOf(installation),
    ...annotated(installation.values.commonAnnotations),
  };
}

/** Metadata of an object that has no namespace. */
export function clusterWide(installation: Installation, name: string): KubeObject["metadata"] {
  return {
    name,
    labels: labelsOf(installation),
    ...annotated(installation.values.commonAnnotations),
  };
}

/**
 * The name of what is outside of the operator's namespace: a cluster may hold several
 * installations.
 */
export function releaseName({ release }: Installation): string {
  return release.includes("proxyfleet") ? release : `${release}-proxyfleet`;
}

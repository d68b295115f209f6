import { parseAllDocuments } from "yaml";
import { renderChart, type Rendering } from "../../tooling/chart/render.ts";

/** A manifest, as loosely typed as YAML is. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/**
 * The manifests that the chart makes of these values. @throws Error with Helm's words where the
 * values are refused
 */
export async function rendered(
  values: object = {},
  rendering: Rendering = {},
): Promise<readonly Manifest[]> {
  return manifestsOf(await renderChart(values, rendering));
}

/** The documents of a YAML file, without empty ones. */
export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if ("errors" in document && document.errors.length > 0)
      throw new Error(String(document.errors[0]));
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

/**
 * `Kind name`, with the namespace where there is one: enough to tell objects apart in a message.
 */
export function titleOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** The only manifest of a kind. @throws Error where there is none, or several */
export function only(manifests: readonly Manifest[], kind: string, name = "proxyfleet"): Manifest {
  const [found, ...more] = manifests.filter(
    (manifest) => manifest.kind === kind && manifest.metadata.name === name,
  );
  if (found === undefined || more.length > 0)
    throw new Error(`not one ${kind} ${name}, but ${found === undefined ? 0 : more.length + 1}`);
  return found;
}

/** The operator's pod template. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: {
    readonly securityContext: Record<string, unknown>;
    readonly serviceAccountName: string;
    readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
    readonly containers: readonly [
      {
        readonly image: string;
        readonly args: readonly string[];
        readonly env: readonly { readonly name: string; readonly value?: string }[];
        readonly securityContext: Record<string, unknown>;
        readonly resources?: object;
      },
    ];
    readonly [field: string]: unknown;
  };
}

/** The operator's pods, as its Deployment makes them. */
export function podsOf(manifests: readonly Manifest[]): PodTemplate {
  return (only(manifests, "Deployment")["spec"] as { template: PodTemplate }).template;
}

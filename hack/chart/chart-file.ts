import { stringify } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { group, version } from "../../src/api/names.ts";
import { kinds } from "../../src/api/kinds.ts";

/**
 * Chart.yaml, with the version of package.json, and what Artifact Hub shows of a chart (its
 * documentation, "Helm charts annotations").
 */
export function chartFile(heading: string): string {
  return `${heading}${stringify(chart, { lineWidth: 0 })}`;
}

const text = (value: unknown) => stringify(value, { lineWidth: 0 });

const chart = {
  apiVersion: "v2",
  name: "proxyfleet",
  description: packageJson.description,
  type: "application",
  version: packageJson.version,
  appVersion: packageJson.version,
  kubeVersion: ">=1.31.0-0",
  home: "https://proxyfleet.dev",
  keywords: ["whatsapp", "proxy", "censorship", "circumvention", "operator"],
  annotations: {
    "artifacthub.io/license": packageJson.license,
    "artifacthub.io/operator": "true",
    "artifacthub.io/operatorCapabilities": "Full Lifecycle",
    "artifacthub.io/category": "networking",
    "artifacthub.io/changes": text([{ kind: "added", description: "The first version." }]),
    "artifacthub.io/links": text([
      { name: "Documentation", url: "https://proxyfleet.dev" },
      { name: "API reference", url: "https://proxyfleet.dev/docs/api.md" },
    ]),
    "artifacthub.io/images": text([
      { name: "operator", image: `proxyfleet/operator:${packageJson.version}` },
      { name: "proxy", image: `proxyfleet/proxy:${packageJson.version}` },
    ]),
    "artifacthub.io/crds": text(
      kinds.map(({ kind, plural, description }) => ({
        kind,
        version,
        name: `${plural}.${group}`,
        displayName: kind,
        description,
      })),
    ),
    "artifacthub.io/crdsExamples": text([
      {
        apiVersion: `${group}/${version}`,
        kind: "AddressPool",
        metadata: { name: "metallb-a" },
        spec: { provider: "MetalLB", addresses: ["203.0.113.0/26"] },
      },
      {
        apiVersion: `${group}/${version}`,
        kind: "WhatsAppProxy",
        metadata: { name: "family", namespace: "proxies" },
        spec: { addresses: { count: 2, pools: [{ name: "metallb-a" }] } },
      },
    ]),
  },
};

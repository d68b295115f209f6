import type { Kept } from "../redact/redactor.ts";

/** What a bundle says of itself. */
export interface BundleFacts {
  readonly kept: Kept;
  readonly counts: Readonly<Record<string, number>>;
  readonly missing: readonly string[];
  readonly program: string;
}

const abouts: Readonly<Record<string, string>> = {
  "contents.txt": "this text",
  "versions.json": "versions of this program and of Kubernetes, and when this was made",
  "status.json": "what proxyfleet status shows",
  "why.json": "what proxyfleet why finds",
  "objects/fleets.json": "WhatsAppProxy objects, with their conditions",
  "objects/ledger.json": "ProxyAddress objects of these fleets",
  "objects/pools.json": "AddressPool objects",
  "objects/vantage-points.json": "VantagePoint objects",
  "children/deployments.json": "the fleets' Deployments",
  "children/pods.json": "the fleets' pods",
  "children/services.json": "the Services of their addresses",
  "children/policies.json": "their NetworkPolicies and PodDisruptionBudgets",
  "operator/deployments.json": "the operator's Deployment",
  "operator/pods.json": "the operator's pods",
  "operator/leases.json": "the Lease of the operator that leads",
  "events.json": "Events about all these",
};

/** What a file of a bundle is, in a few words. */
export function aboutFile(name: string): string {
  return abouts[name] ?? "the end of a container's log";
}

/** What is in a bundle and what is not, for whoever opens it, and for whoever hands it on. */
export function contentsText(
  files: readonly { readonly name: string }[],
  facts: BundleFacts,
): string {
  const { kept, counts, missing, program } = facts;
  const replaced = Object.entries(counts).map(([name, count]) => `  ${name}: ${count}`);
  return [
    `What proxyfleet ${program} has read of a cluster, for whoever helps.`,
    "",
    "Files:",
    ...[{ name: "contents.txt" }, ...files].map(({ name }) => `  ${name}: ${aboutFile(name)}`),
    "",
    "Secrets and ConfigMaps were not read. Replaced by names such as address-3, of which the same",
    "one always stands for the same value:",
    ...(replaced.length === 0 ? ["  nothing"] : replaced),
    ...keptLines(kept),
    ...(missing.length === 0
      ? []
      : ["", "Not read, for want of a right:", ...missing.map((right) => `  ${right}`)]),
    "",
  ].join("\n");
}

function keptLines({ addresses, names }: Kept): readonly string[] {
  const words = [...(addresses ? ["addresses"] : []), ...(names ? ["names"] : [])];
  return words.length === 0 ? [] : ["", `Kept, as it was asked for: ${words.join(" and ")}.`];
}

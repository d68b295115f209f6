import { markdownTable } from "../../tooling/markdown-table.ts";
import { isForParents, isSection, type SchemaNode } from "./schema.ts";

const opening = `# Proxyfleet's Helm chart

Installs the operator that keeps WhatsApp reachable where it is blocked, and its custom resource definitions.

## Install

<!-- run by: test/e2e/installation -->

\`\`\`sh
helm install proxyfleet charts/proxyfleet --namespace proxyfleet-system --create-namespace
\`\`\`

Then make an AddressPool and a fleet: \`examples/\` has both. They are not part of the chart: what people use must not go with an uninstall.

One operator serves a whole cluster. Several can share one where each serves other namespaces: give each a release name and a namespace
of its own, and \`watchNamespaces\`; all but one of them need \`crds.enabled=false\`.

## Upgrade, roll back, uninstall

\`helm upgrade\` upgrades the CRDs too. While the operator is replaced, or gone, every published address goes on serving: the proxies do
not need it to pass messages on.

\`helm uninstall\` removes the operator. CRDs, fleets and addresses stay, and go on serving; nobody moves them any more. A later install
finds them again. To remove all, delete the fleets while the operator runs, wait until \`kubectl get wapa\` shows no address that serves,
uninstall, and then \`kubectl delete crd -l app.kubernetes.io/name=proxyfleet\`. That also deletes the memory of used addresses.

## From kubectl to Helm, and back

\`helm install … --take-ownership --force-conflicts\` takes over what was applied with kubectl. The other way round: \`helm uninstall\`, then
\`kubectl apply --server-side --force-conflicts -f install.yaml\`. Nothing that people use is touched in either case.

## Tools that render the chart and apply it by themselves

\`helm template\` gives all objects, CRDs first. Nothing in the chart asks the cluster, and nothing is random: the same values give the same
objects. Use \`kubectl apply --server-side\`. Set \`namespace.create=true\` to have the Namespace as well.

## Values

Names that are not in this table are refused.

`;

/** The chart's README, with a table of all values. */
export function readme(schema: SchemaNode): string {
  const rows = rowsOf(schema, "");
  return `${opening}${markdownTable([["value", "what it is for", "default"], ...rows])}\n`;
}

type Row = readonly [name: string, purpose: string, value: string];

function rowsOf(node: SchemaNode, prefix: string): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]): Row[] => {
    if (isForParents(member)) return [];
    if (isSection(member)) return rowsOf(member, `${prefix}${name}.`);
    const choices =
      member.enum === undefined
        ? ""
        : ` One of ${member.enum.map((choice) => `\`${String(choice)}\``).join(", ")}.`;
    return [
      [
        `\`${prefix}${name}\``,
        `${member.description ?? ""}${choices}`,
        `\`${JSON.stringify(member.default)}\``,
      ],
    ];
  });
}

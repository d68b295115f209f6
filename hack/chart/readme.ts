import { isForParents, isSection, type SchemaNode } from "./schema.ts";

const opening = `# Proxyfleet's Helm chart

Installs the operator that keeps WhatsApp reachable where it is blocked, and its custom resource definitions.

## Install

<!-- run by: test/e2e/installation -->

\`\`\`sh
helm install proxyfleet charts/proxyfleet --namespace proxyfleet-system --create-namespace
\`\`\`

Then create an AddressPool and a fleet: \`examples/\` has both. They are not part of the chart, so an uninstall does not take away what people use.

One operator serves a whole cluster. Several can share a cluster if they serve different namespaces: give each its own release name, its own
namespace, and \`watchNamespaces\`; all but one of them need \`crds.enabled=false\`.

## Upgrade, roll back, uninstall

\`helm upgrade\` upgrades the CRDs too. With \`--reset-then-reuse-values\` it keeps the values that you set. While the operator is being
replaced, or is gone, every published address goes on serving: the proxies do not need it to pass messages on.

\`helm uninstall\` removes the operator. CRDs, fleets and addresses stay, and go on serving, but nothing moves any more. A later install
finds them again. To remove everything, delete the fleets, the addresses and the pools, in this order, while the operator runs
(\`kubectl delete wap --all --all-namespaces\`, then \`kubectl delete wapa --all\` and \`kubectl delete wapool --all\`). Then uninstall, and
\`kubectl delete crd -l app.kubernetes.io/name=proxyfleet\`. That also deletes the memory of used addresses. In another order
it waits: while a CRD is being deleted, the operator ends nothing.

## From kubectl to Helm, and back

\`helm install … --take-ownership --force-conflicts\` takes over what was applied with kubectl. For the other way: \`helm uninstall\`, then
\`kubectl apply --server-side --force-conflicts -f install.yaml\`. Neither touches anything that people use.

## Tools that render the chart and apply it themselves

\`helm template\` prints all objects, CRDs first. The chart asks the cluster nothing and contains nothing random: the same values give the same
objects. Use \`kubectl apply --server-side\`. Set \`namespace.create=true\` to get the Namespace as well.

## Values

Each value, with its default. Other names are refused.

`;

/** The chart's README, with a list of all values. */
export function readme(schema: SchemaNode): string {
  return `${opening}${valuesOf(schema, "").join("\n")}\n`;
}

function valuesOf(node: SchemaNode, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    if (isForParents(member)) return [];
    if (isSection(member)) return valuesOf(member, `${prefix}${name}.`);
    const choices =
      member.enum === undefined
        ? ""
        : ` One of ${member.enum.map((choice) => `\`${String(choice)}\``).join(", ")}.`;
    const words = `${member.description ?? ""}${choices}`;
    return [`- \`${prefix}${name}\` (\`${JSON.stringify(member.default)}\`): ${words}`];
  });
}

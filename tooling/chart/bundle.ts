import { currentChart, renderChart } from "./render.ts";
import { withoutHelm } from "./without-helm.ts";

/**
 * How the bundle differs from the chart's defaults: kubectl makes no namespace by itself, and knows
 * no policy of Helm's.
 */
export const bundleValues = { namespace: { create: true }, crds: { keep: false } };

const heading = `# Proxyfleet: its kinds, and the operator in the namespace proxyfleet-system. Made from charts/proxyfleet by \`make bundle\`.
#   kubectl apply --server-side -f install.yaml
# Deleting all of it would also delete every fleet, and the memory of which addresses were used. To end the operator only:
#   kubectl delete namespace proxyfleet-system
#   kubectl delete clusterrole,clusterrolebinding proxyfleet
`;

/** All that a person applies with kubectl in one go, as YAML. `chart`: a folder, or a package. */
export async function renderBundle(chart = currentChart): Promise<string> {
  return heading + withoutHelm(await renderChart(bundleValues, { chart }));
}

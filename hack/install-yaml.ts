// Writes dist/install.yaml: all that a person applies with kubectl in one go, rendered from the chart.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withoutHelm } from "./chart/without-helm.ts";
import { renderChart } from "./chart/render.ts";

const heading = `# Proxyfleet: its kinds, and the operator in the namespace proxyfleet-system. Made from charts/proxyfleet by \`make bundle\`.
#   kubectl apply --server-side -f install.yaml
# Deleting all of it would also delete every fleet, and the memory of which addresses were used. To end the operator only:
#   kubectl delete namespace proxyfleet-system
`;

const folder = join(import.meta.dirname, "../dist");
mkdirSync(folder, { recursive: true });
const rendered = await renderChart({ namespace: { create: true }, crds: { keep: false } });
const part = join(folder, `install.yaml.${process.pid}`);
writeFileSync(part, heading + withoutHelm(rendered));
renameSync(part, join(folder, "install.yaml")); // whoever reads it at this moment sees the whole of one or the other

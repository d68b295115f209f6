import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const project = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The namespace that the operator has unless a person chooses another one. */
export const operatorNamespace = "proxyfleet-system";

/**
 * Renders the chart as `helm template` does.
 * @param values what differs from the defaults
 * @returns YAML documents
 * @throws Error with Helm's own words where it refuses the values
 */
export async function renderChart(values: object = {}, namespace = operatorNamespace, release = "proxyfleet"): Promise<string> {
  const helm = join(project, ".tools/helm");
  const args = ["template", release, join(project, "charts/proxyfleet"), "--namespace", namespace, "--values", "-"];
  const rendering = run(helm, args, { maxBuffer: 16 * 1024 * 1024 });
  rendering.child.stdin?.end(JSON.stringify(values));
  return (await rendering).stdout;
}

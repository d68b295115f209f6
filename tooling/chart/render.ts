import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const project = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** The namespace that the operator has unless a person chooses another one. */
const operatorNamespace = "proxyfleet-system";

/** The chart of this version. */
export const currentChart = join(project, "charts/proxyfleet");

/** How to render: as which release, into which namespace, and from which folder or package. */
export interface Rendering {
  readonly namespace?: string;
  readonly release?: string;
  readonly chart?: string;
}

/**
 * Renders the chart as `helm template` does.
 * @param values what differs from the defaults
 * @returns YAML documents
 * @throws Error with Helm's own words where it refuses the values
 */
export async function renderChart(values: object = {}, rendering: Rendering = {}): Promise<string> {
  const { namespace = operatorNamespace, release = "proxyfleet", chart = currentChart } = rendering;
  const args = ["template", release, chart, "--namespace", namespace, "--values", "-"];
  const running = run(join(project, ".tools/helm"), args, { maxBuffer: 16 * 1024 * 1024 });
  running.child.stdin?.end(JSON.stringify(values));
  return (await running).stdout;
}

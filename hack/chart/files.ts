import { stringify } from "yaml";
import { alertGroup } from "../../src/pulumi/chart/alerts.ts";
import { dashboardJson } from "../../src/pulumi/chart/dashboard/dashboard.ts";
import { chartFile } from "./chart-file.ts";
import { crdTemplate } from "./crd-template.ts";
import { defaultsFile } from "./defaults-file.ts";
import { readme } from "./readme.ts";
import { jsonSchema } from "./schema.ts";
import { chartValues, defaultValues } from "../../src/pulumi/chart/values.ts";
import { valuesFile } from "./values-file.ts";

/** A file that is made from code; its path is relative to the project. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Folder of the chart, relative to the project. */
const folder = "charts/proxyfleet";

/** The generated files of the chart. `crds` are the CRDs as they are installed without it. */
export function chartFiles(crds: readonly GeneratedFile[]): readonly GeneratedFile[] {
  const schema = jsonSchema(chartValues);
  return [
    {
      path: `${folder}/Chart.yaml`,
      text: chartFile(
        "# Made by `make gen` from hack/chart/chart-file.ts. Edit that, not this file.\n",
      ),
    },
    {
      path: `${folder}/values.yaml`,
      text: valuesFile(
        "# Made by `make gen` from src/pulumi/chart/values.ts. Edit that, not this file.",
        schema,
        defaultValues,
      ),
    },
    {
      path: `${folder}/defaults.yaml`,
      text: defaultsFile(
        "# Made by `make gen` from src/pulumi/chart/values.ts. Edit that, not this file.",
        schema,
        defaultValues,
      ),
    },
    { path: `${folder}/values.schema.json`, text: `${JSON.stringify(schema, null, 2)}\n` },
    { path: `${folder}/alerts.yaml`, text: alerts() },
    { path: `${folder}/dashboard.json`, text: dashboardJson() },
    { path: `${folder}/README.md`, text: readme(schema) },
    ...crds.map(({ path, text }) => ({
      path: `${folder}/templates/${path}`,
      text: crdTemplate(text),
    })),
  ];
}

/** Group of alerts, with words that the template replaces by what an installation says. */
function alerts(): string {
  const heading =
    "# Made by `make gen` from src/pulumi/chart/alerts.ts. Edit that, not this file.\n";
  const scope = {
    namespace: "NAMESPACE",
    poolLow: "POOL_LOW",
    runbooks: "RUNBOOKS",
    grafana: "GRAFANA",
  };
  return `${heading}${stringify([alertGroup(scope)], { lineWidth: 0 })}`;
}

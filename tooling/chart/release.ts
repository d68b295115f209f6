import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument, stringify } from "yaml";
import { currentChart } from "./render.ts";

/** Where the images of a release are. */
export interface Release {
  /**
   * Registry and path, such as `registry.example.org/proxyfleet`: the images are under it as
   * `operator` and `proxy`.
   */
  readonly owner: string;
  /** `sha256:…` of each. */
  readonly operatorDigest: string;
  readonly proxyDigest: string;
}

/**
 * Writes the chart as it is published: its defaults name the published images, by digest, and so
 * does what Artifact Hub shows of it.
 */
export function writeReleaseChart(
  { owner, operatorDigest, proxyDigest }: Release,
  folder: string,
): void {
  const images = {
    image: ["operator", operatorDigest],
    proxyImage: ["proxy", proxyDigest],
  } as const;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(currentChart, folder, { recursive: true });
  edit(join(folder, "values.yaml"), (values) => {
    for (const [value, [name, digest]] of Object.entries(images)) {
      values.setIn([value, "repository"], `${owner}/${name}`);
      values.setIn([value, "digest"], digest);
    }
  });
  edit(join(folder, "Chart.yaml"), (chart) => {
    const shown = Object.values(images).map(([name, digest]) => ({
      name,
      image: `${owner}/${name}@${digest}`,
    }));
    chart.setIn(["annotations", "artifacthub.io/images"], stringify(shown, { lineWidth: 0 }));
  });
}

function edit(file: string, change: (document: ReturnType<typeof parseDocument>) => void): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  change(document);
  writeFileSync(file, document.toString({ lineWidth: 0 }));
}

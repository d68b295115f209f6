// Writes the chart as it is published to dist/chart/proxyfleet, and dist/install.yaml with the same images.
//   node hack/release-chart.ts OWNER OPERATOR_DIGEST PROXY_DIGEST
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderBundle } from "../tooling/chart/bundle.ts";
import { writeReleaseChart } from "../tooling/chart/release.ts";

const [owner, operatorDigest, proxyDigest] = process.argv.slice(2);
if (owner === undefined || operatorDigest === undefined || proxyDigest === undefined)
  throw new Error("release-chart.ts wants OWNER OPERATOR_DIGEST PROXY_DIGEST");
const dist = join(import.meta.dirname, "../dist");
const chart = join(dist, "chart/proxyfleet");
writeReleaseChart({ owner, operatorDigest, proxyDigest }, chart);
writeFileSync(join(dist, "install.yaml"), await renderBundle(chart));

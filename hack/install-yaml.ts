// Writes dist/install.yaml: all that a person applies with kubectl in one go, rendered from the
// chart.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderBundle } from "../tooling/chart/bundle.ts";

const folder = join(import.meta.dirname, "../dist");
mkdirSync(folder, { recursive: true });
const part = join(folder, `install.yaml.${process.pid}`);
writeFileSync(part, await renderBundle());
renameSync(part, join(folder, "install.yaml")); // whoever reads it at this moment sees the whole of one or the other

// Writes what the operator's image is made of: proxyfleet.mjs, the program as one file, and NOTICES.txt, the licences of what is in it.
//   node hack/bundle.ts [FOLDER]     default: dist
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { notices } from "./supply/notices.ts";
import { bundledPackages } from "./supply/packages.ts";
import { bundleProgram } from "./supply/program.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "../dist");
const packages = bundledPackages(await bundleProgram(folder));
writeFileSync(join(folder, "NOTICES.txt"), notices(packages));

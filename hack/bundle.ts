// Bundles the program into one file, dist/proxyfleet.mjs, for the operator's image: it starts in a third of the time of loose files.
import { build } from "esbuild";
import packageJson from "../package.json" with { type: "json" };

// Some dependencies are CommonJS inside and ask for `require`, which an ES module does not have.
const requireForCommonJs = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

await build({
  entryPoints: [`${import.meta.dirname}/../src/main.ts`],
  outfile: `${import.meta.dirname}/../dist/proxyfleet.mjs`,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
  define: { PROXYFLEET_VERSION: JSON.stringify(packageJson.version) },
  keepNames: true,
  logLevel: "warning",
});

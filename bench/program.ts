// Measures what every pod of the operator pays: the size of the bundled program, and how long it takes to start and end.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";

const program = `${import.meta.dirname}/../dist/proxyfleet.mjs`;
const runs = 20;

const milliseconds = Array.from({ length: runs }, () => {
  const began = performance.now();
  execFileSync(process.execPath, [program, "version", "--client"]);
  return performance.now() - began;
}).toSorted((a, b) => a - b);

const median = milliseconds[runs / 2] ?? Number.NaN;
const slowest = milliseconds.at(-1) ?? Number.NaN;
console.log(`size   ${(statSync(program).size / 1e6).toFixed(2)} MB`);
console.log(`start  ${median.toFixed(0)} ms (median of ${runs}; slowest ${slowest.toFixed(0)} ms)`);

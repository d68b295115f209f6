// How long it takes until a dropped address is found to be blocked, by who measures and how often: the operator's own rules and schedule over
// simulated seconds. What follows, the move itself, is measured by rotation.sh.
//   detection.ts [RUNS]      default: 1000 a row
import { type Measurers, timeUntilBlocked } from "./detection/country.ts";
import { quantile } from "./quantile.ts";
import { cryptoRandom } from "../src/runtime/random.ts";

const runs = Number(process.argv[2] ?? 1_000);

const rows: readonly (readonly [string, Measurers])[] = [
  ...["30s", "1m", "5m"].map((interval) => agents(2, interval)),
  agents(4, "30s"),
  ...["30s", "1m", "5m"].map((interval) => checkers(interval)),
  ...["1m", "10m"].map((interval) => globalping(interval)),
];

function agents(vantagePoints: number, interval: string): readonly [string, Measurers] {
  return [`${vantagePoints} agents`, { source: "agent", vantagePoints, interval }];
}

function checkers(interval: string): readonly [string, Measurers] {
  return ["2 checkers (http)", { source: "http", vantagePoints: 2, interval }];
}

function globalping(interval: string): readonly [string, Measurers] {
  return ["Globalping, 3 probes", { source: "globalping", vantagePoints: 1, interval }];
}

console.log("| who measures | interval | p50 | p95 | at most |\n| --- | --- | --- | --- | --- |");
for (const [name, measurers] of rows) {
  const times = Array.from({ length: runs }, () => timeUntilBlocked(measurers, cryptoRandom));
  const sorted = times.toSorted((a, b) => a - b);
  const cells = [0.5, 0.95, 1].map((share) => `${Math.round(quantile(sorted, share) / 1_000)} s`);
  console.log(`| ${name} | ${measurers.interval} | ${cells.join(" | ")} |`);
}

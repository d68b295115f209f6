// Measures the proxy: our pod, beside HAProxy with the official image's values, and beside HAProxy that only passes bytes on. Loopback only.
//   proxy.ts [--quick] [--write]     --write puts figures and plot into docs/
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { aimsMet } from "./proxy/aims.ts";
import { Load } from "./proxy/load.ts";
import { Measurement, panels } from "./proxy/measure.ts";
import { plot } from "./proxy/plot.ts";
import { report } from "./proxy/report.ts";
import { Samples } from "./proxy/samples.ts";
import { freePorts } from "../tooling/free-ports.ts";

const project = join(import.meta.dirname, "..");
const page = join(project, "docs/bench-proxy.md");
const effort = process.argv.includes("--quick")
  ? { rounds: 1, seconds: 1, pings: 500 }
  : { rounds: 3, seconds: 3, pings: 4_000 };
const haproxy = process.env["PROXYFLEET_HAPROXY"] ?? join(project, ".tools/haproxy");
const folder = mkdtempSync(join(memoryFolder(), "proxyfleet-bench-"));

/** A pod keeps what HAProxy reads in memory, so the bench does too, where it can. */
function memoryFolder(): string {
  const shared = "/dev/shm";
  try {
    return statfsSync(shared).bavail > 0 ? shared : tmpdir();
  } catch {
    return tmpdir();
  }
}

function compiled(source: string, name: string): string {
  const program = join(folder, name);
  const env = { ...process.env, GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  execFileSync("go", ["build", "-o", program, "."], { cwd: join(project, source), env });
  return program;
}

const samples = new Samples();
try {
  const load = new Load(compiled("bench/proxy/load", "load"));
  const [upstreamPort = 0] = await freePorts(1);
  const programs = {
    haproxy,
    supervisor: compiled("images/proxy/supervisor", "supervisor"),
    folder,
    upstreamPort,
  };
  const upstream = await load.startUpstream(programs.upstreamPort);
  try {
    const measurement = new Measurement(samples, load, programs);
    await measurement.starts();
    await measurement.memory();
    await measurement.rounds(effort);
  } finally {
    await upstream.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const version =
  /^HAProxy version ([\d.]+)/.exec(execFileSync(haproxy, ["-v"], { encoding: "utf8" }))?.[1] ?? "?";
const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, HAProxy ${version}, ${new Date().toISOString().slice(0, 10)}`;
const rows = samples.rows(Object.values(panels));
const figures = report(rows, aimsMet(rows));
console.log(`${machine}\n\n${figures}`);
if (process.argv.includes("--write")) {
  const marks = /(<!-- figures -->\n)[^]*(<!-- end of figures -->)/;
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(
      marks,
      (_, begin, end) => `${begin}\n${machine}\n\n${figures}\n\n${end}`,
    ),
  );
  writeFileSync(join(project, "docs/bench-proxy.svg"), plot(rows, machine));
}

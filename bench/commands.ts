// Measures what a person waits for `proxyfleet status -A` with many fleets, beside `kubectl get wap -A` in the same run.
//   commands.ts [fleets]     default: 1000, with two addresses each, as an operator leaves them
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { ApiClient } from "../src/kubernetes/client.ts";
import { Connection } from "../src/kubernetes/connection.ts";
import { sleep } from "../src/runtime/clock.ts";
import { ApiServer } from "../test/stand-ins/api-server/api-server.ts";
import { installCrds } from "../test/stand-ins/api-server/crds.ts";
import { createSettled } from "./commands/settled-fleets.ts";

const count = Number(process.argv[2] ?? 1000);
const rounds = 9;
const project = join(import.meta.dirname, "..");

const server = await ApiServer.start();
try {
  await installCrds(server);
  const client = new ApiClient(
    Connection.fromDefault(server.kubeconfig),
    new AbortController().signal,
    { sleep, random: Math.random },
  );
  await createSettled(client, count);
  const program = join(project, "dist/proxyfleet.mjs");
  const kubectl = join(project, ".tools/bin/kubectl");
  const ways = {
    "kubectl get wap -A": [kubectl, "get", "wap", "-A"],
    "proxyfleet status -A": [process.execPath, program, "status", "-A"],
    "proxyfleet version --client": [process.execPath, program, "version", "--client"],
  };
  const times = new Map(Object.keys(ways).map((name): [string, number[]] => [name, []]));
  // In turn, so that whatever else the machine does hits all of them.
  for (let round = 0; round < rounds; round++)
    for (const [name, [command = "", ...args]] of Object.entries(ways)) {
      const began = performance.now();
      const where = name.endsWith("--client") ? [] : ["--kubeconfig", server.kubeconfig];
      execFileSync(command, [...args, ...where], { maxBuffer: 2 ** 26 });
      times.get(name)?.push(performance.now() - began);
    }
  console.log(`machine  ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${count} fleets`);
  for (const [name, found] of times) {
    const sorted = found.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(rounds / 2)] ?? Number.NaN;
    console.log(
      `${name.padEnd(28)} ${median.toFixed(0)} ms (median of ${rounds}; quickest ${sorted[0]?.toFixed(0)} ms)`,
    );
  }
} finally {
  await server.stop();
}
process.exit(0);

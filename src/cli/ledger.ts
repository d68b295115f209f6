// cli: the commands of the program other than the operator itself. Each is a function from
// arguments to the text that it prints.

import { readFile } from "node:fs/promises";
import { parseArgs } from "./call/parse-args.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { clusterFlagsHelp, clusterOptions } from "./call/cluster-flags.ts";
import { withCluster } from "./call/cluster.ts";
import { exportLedger } from "./ledger-export.ts";
import { importLedger } from "./ledger-import.ts";

/** A call of `proxyfleet ledger` that can't be understood. */
export class LedgerUsageError extends ProxyfleetError {}

/** The text of `proxyfleet ledger --help`. */
export const ledgerHelp = `Usage: proxyfleet ledger export [flags]
       proxyfleet ledger import FILE [flags]

Moves the memory of addresses to another cluster. "export" writes all ledger entries (ProxyAddress) to standard output, those that are
in use and those that rest, without any certificate. "import" creates them in the cluster of the kubeconfig; "-" reads standard input.
If one of them exists there already, or its address is held by another entry, nothing at all is written.

  --output       yaml or json, of export (default: yaml)
  --help         show this text
${clusterFlagsHelp}`;

const options = {
  ...clusterOptions,
  output: { type: "string", default: "yaml" },
  help: { type: "boolean", default: false },
} as const;

/**
 * Runs `proxyfleet ledger`. Gives what is printed. @throws LedgerUsageError, LedgerImportError and
 * errors of the API client
 */
export async function ledgerCommand(
  args: readonly string[],
  readInput: () => Promise<string>,
): Promise<string> {
  const { values, positionals } = readArguments(args);
  const [action, file, ...more] = positionals;
  if (values.help) return ledgerHelp;
  if (action === "export" && file === undefined)
    return withCluster(values, async ({ client }) => exportLedger(client, formatOf(values.output)));
  if (action !== "import" || file === undefined || more.length > 0)
    throw new LedgerUsageError("say export, or import and a file: see proxyfleet ledger --help");
  const text = file === "-" ? await readInput() : await readFile(file, "utf8");
  return withCluster(values, async ({ client }) => importLedger(client, text));
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    throw new LedgerUsageError("unknown or incomplete flag: see proxyfleet ledger --help", {
      cause,
    });
  }
}

function formatOf(output: string): "yaml" | "json" {
  if (output === "yaml" || output === "json") return output;
  throw new LedgerUsageError(`--output: "${output}" is neither yaml nor json`);
}

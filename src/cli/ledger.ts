// cli: the commands of the program other than the operator itself. Each is a function from
// arguments to the text that it prints.

import { readFile } from "node:fs/promises";
import { parseArgs } from "./call/parse-args.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { ApiClient } from "../kubernetes/client.ts";
import { Connection } from "../kubernetes/connection.ts";
import { sleep } from "../runtime/clock.ts";
import { userAgent } from "../version.ts";
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

  --kubeconfig   kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)
  --output       yaml or json, of export (default: yaml)
  --help         show this text
`;

const options = {
  kubeconfig: { type: "string" },
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
    return withClient(values.kubeconfig, async (client) =>
      exportLedger(client, formatOf(values.output)),
    );
  if (action !== "import" || file === undefined || more.length > 0)
    throw new LedgerUsageError("say export, or import and a file: see proxyfleet ledger --help");
  const text = file === "-" ? await readInput() : await readFile(file, "utf8");
  return withClient(values.kubeconfig, async (client) => importLedger(client, text));
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

async function withClient<T>(
  kubeconfig: string | undefined,
  use: (client: ApiClient) => Promise<T>,
): Promise<T> {
  const connection = Connection.fromDefault(kubeconfig);
  try {
    return await use(
      new ApiClient(connection, new AbortController().signal, {
        userAgent,
        sleep,
        random: Math.random,
      }),
    );
  } finally {
    await connection.close();
  }
}

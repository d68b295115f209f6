import { writeFile } from "node:fs/promises";
import { ProxyfleetError } from "../values/errors.ts";
import { versionText } from "../version.ts";
import { aboutFile } from "./bundle/contents.ts";
import { type Bundle, bundleFiles } from "./bundle/files.ts";
import { type Scope, gather } from "./bundle/read.ts";
import { zipped } from "./bundle/zip.ts";
import { CallError } from "./call/call-error.ts";
import { withCluster } from "./call/cluster.ts";
import { clusterFlags, namespaceFlag } from "./call/cluster-flags.ts";
import { readFleetName } from "./call/fleet-name.ts";
import { type Given, type Shape, readCall } from "./call/flags.ts";
import { calledAs } from "./call/program-name.ts";
import { formatted } from "./terminal/formats.ts";
import type { Terminal } from "./terminal/terminal.ts";

const flags = {
  ...namespaceFlag,
  "all-namespaces": { short: "A", about: "all fleets of all namespaces" },
  file: { short: "f", value: "FILE", about: "where to write it (default: a new file here)" },
  key: { value: "FILE", about: "write there what the pseudonyms stand for: keep it to yourself" },
  "keep-addresses": { about: "leave IP addresses as they are" },
  "keep-names": { about: "leave names of objects, namespaces and nodes as they are" },
  "log-lines": { value: "NUMBER", about: "of each log, the last ones (default: 500; 0: no logs)" },
  output: { short: "o", value: "FORMAT", choices: ["json", "yaml"], about: "for programs" },
  ...clusterFlags,
} as const;

/** How `proxyfleet bundle` is called. */
export const bundleShape: Shape<typeof flags> = {
  name: "bundle",
  operands: "[FLEET]",
  count: { least: 0, most: 1 },
  about: `Writes a zip file for whoever helps you: fleets, pools, addresses, their
Services, pods and Events, the ends of logs, versions, and what proxyfleet why
finds. Then it lists what the file holds. Without FLEET: all fleets of the
namespace. FLEET is NAME or NAMESPACE/NAME.

Addresses, names, hosts, links, tokens and secrets are replaced by names such as
address-3, the same one for the same value. Secrets and ConfigMaps are not read.
Logs and Events may hold anything: look through the file before you hand it on.

You need the right to list WhatsAppProxy objects. Whatever else you may not read
is left out, and named.`,
  flags,
  exitCodes: "0 once it was written, 1 for a failure, 2 for a call that is wrong.",
};

/** A bundle was not written. */
export class BundleError extends ProxyfleetError {}

/**
 * Runs `proxyfleet bundle`; resolves to the exit code.
 * @throws CallError, BundleError, MissingRightError, NoSuchFleetError, errors of the API client
 */
export async function bundleCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const call = readCall(bundleShape, args, calledAs);
  if (call.kind === "help") {
    terminal.write(call.text);
    return 0;
  }
  const given = call.flags;
  const logLines = readLines(given["log-lines"]);
  const kept = { addresses: given["keep-addresses"], names: given["keep-names"] };
  const gathered = await withCluster(given, async (cluster) =>
    gather(cluster, { ...scopeOf(call, cluster.namespace), logLines }),
  );
  const bundle = bundleFiles(gathered, kept, versionText);
  const at = new Date(gathered.observed.now);
  const file = given.file ?? usualName(at);
  await write(file, zipped(bundle.files, at));
  if (given.key !== undefined)
    await write(given.key, `${JSON.stringify(bundle.key, undefined, 2)}\n`);
  terminal.write(shown(bundle, { file, missing: gathered.missing, output: given.output }));
  return 0;
}

interface Called {
  readonly flags: Given<typeof flags>;
  readonly operands: readonly string[];
}

function scopeOf({ flags: given, operands }: Called, usual: string): Omit<Scope, "logLines"> {
  const [fleet] = operands;
  if (given["all-namespaces"]) {
    if (fleet !== undefined || given.namespace !== undefined)
      throw new CallError("-A means all fleets of all namespaces: leave out FLEET and -n");
    return { namespace: undefined, fleet: undefined };
  }
  if (fleet === undefined) return { namespace: given.namespace ?? usual, fleet: undefined };
  const { namespace, name } = readFleetName(fleet, given.namespace, usual);
  return { namespace, fleet: name };
}

const usualLines = 500;
const mostLines = 20_000;

function readLines(text: string | undefined): number {
  if (text === undefined) return usualLines;
  if (/^\d{1,5}$/.test(text) && Number(text) <= mostLines) return Number(text);
  throw new CallError(`--log-lines: "${text}" is no whole number from 0 to ${mostLines}`);
}

function usualName(at: Date): string {
  return `proxyfleet-bundle-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z.zip`;
}

/** Writes a file that nobody else on the machine may read, and never over another one. */
async function write(file: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(file, content, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new BundleError(`${file} was not written: choose a new file, in a folder of yours`, {
      cause,
    });
  }
}

interface Written {
  readonly file: string;
  readonly missing: readonly string[];
  readonly output: string | undefined;
}

function shown({ files, replaced }: Bundle, { file, missing, output }: Written): string {
  const listed = files.map(({ name, content }) => ({
    name,
    bytes: Buffer.byteLength(content),
    about: aboutFile(name),
  }));
  if (output !== undefined)
    return formatted(
      { file, files: listed, replaced, missingRights: missing },
      output === "json" ? "json" : "yaml",
    );
  const counts = Object.entries(replaced).map(([name, count]) => `${name} ${count}`);
  return [
    `${file} holds:`,
    ...listed.map(({ name, bytes, about }) => `  ${name}  (${bytes} bytes, ${about})`),
    `Replaced values: ${counts.length === 0 ? "none" : counts.join(", ")}.`,
    ...missing.map((right) => `Not in it, since you have no right to: ${right}`),
    "Look through it before you hand it on.",
    "",
  ].join("\n");
}

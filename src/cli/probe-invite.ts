import { X509Certificate, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parseArgs } from "./call/parse-args.ts";
import { encodeBase32 } from "../probe/base32.ts";
import { type Endpoint, parseEndpoint } from "../probe/endpoint.ts";
import { keyFingerprint } from "../probe/io/pin.ts";
import { type Trust, formatProbeLine, tokenLength } from "../probe/line.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { describeLine } from "./probe-line.ts";

/** A call of `proxyfleet probe invite` that can't be understood. */
export class InviteUsageError extends ProxyfleetError {}

/** The text of `proxyfleet probe invite --help`. */
export const inviteHelp = `Usage: proxyfleet probe invite --to ADDRESS [--to ADDRESS…] --certificate FILE [flags]

Makes the line that a volunteer starts "proxyfleet probe" with. Prints the token, which belongs in the Secret of the VantagePoint, then
the line for the volunteer, and the line as a QR code. Nothing is kept: each call makes a new token.

  --to                 address or name of the endpoint for agents, with its port (default 443). Up to eight, tried in this order
  --certificate        the endpoint's certificate, or its own authority's, as a PEM file ("-": standard input). The line pins its
                       key, so that a bare address works, and a renewed certificate with the same key
  --public-certificate instead of --certificate: the endpoint has a name, and a certificate that browsers trust
  --token              a file with the token of an earlier call ("-": standard input), for one more line with the same token
  --help               show this text
`;

const options = {
  to: { type: "string", multiple: true, default: [] as string[] },
  certificate: { type: "string" },
  "public-certificate": { type: "boolean", default: false },
  token: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** What the command uses of the process. */
export interface InviteTerminal {
  readonly readInput: () => Promise<string>;
  readonly print: (line: string) => void;
  readonly isTerminal: boolean;
}

/** Runs `proxyfleet probe invite`; gives the exit code. @throws InviteUsageError, ProbeLineError */
export async function inviteCommand(
  args: readonly string[],
  terminal: InviteTerminal,
): Promise<number> {
  const values = readArguments(args);
  if (values.help) {
    terminal.print(inviteHelp.trimEnd());
    return 0;
  }
  const endpoints = values.to.map(readEndpoint);
  if (endpoints.length === 0) throw new InviteUsageError("--to: say where the endpoint is");
  const trust = await readTrust(values, terminal);
  const token = await readToken(values.token, terminal);
  const line = { token, trust, endpoints };
  terminal.print(`token: ${token}`);
  terminal.print(`line:  ${formatProbeLine(line)}`);
  terminal.print(describeLine(line, terminal.isTerminal));
  return 0;
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new InviteUsageError("unknown or incomplete flag: see proxyfleet probe invite --help", {
      cause,
    });
  }
}

function readEndpoint(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint !== undefined) return endpoint;
  throw new InviteUsageError(
    `--to: "${text}" is no address. Write it like 203.0.113.9:8443, [2001:db8::9]:8443 or probe.example.org`,
  );
}

async function readTrust(
  { certificate: file, "public-certificate": isPublic }: ReturnType<typeof readArguments>,
  terminal: InviteTerminal,
): Promise<Trust> {
  if (isPublic === (file !== undefined))
    throw new InviteUsageError("give either --certificate or --public-certificate");
  if (file === undefined) return { kind: "PublicAuthorities" };
  try {
    const certificate = new X509Certificate(await readText(file, terminal));
    return { kind: "Key", sha256: keyFingerprint(certificate) };
  } catch (cause) {
    throw new InviteUsageError("--certificate: no certificate in PEM can be read there", { cause });
  }
}

async function readToken(file: string | undefined, terminal: InviteTerminal): Promise<string> {
  if (file === undefined) return encodeBase32(randomBytes(tokenLength));
  return (await readText(file, terminal)).trim().toUpperCase();
}

async function readText(file: string, { readInput }: InviteTerminal): Promise<string> {
  return file === "-" ? readInput() : readFile(file, "utf8");
}

import { parseArgs } from "node:util";
import { z } from "zod";
import { ProxyfleetError } from "./errors.ts";
import { logLevels } from "./runtime/log.ts";

/** A flag, or the environment variable behind it, has a value that can't be used. */
export class ConfigError extends ProxyfleetError {}

const options = {
  kubeconfig: {
    type: "string",
    env: "KUBECONFIG_FILE",
    help: "kubeconfig file (default: KUBECONFIG, ~/.kube/config, or the pod's service account)",
  },
  "log-level": { type: "string", env: "LOG_LEVEL", help: `${logLevels.join(", ")} (default: info)` },
  "health-port": { type: "string", env: "HEALTH_PORT", help: "port of /livez and /readyz (default: 8081)" },
  "proxy-image": { type: "string", env: "PROXY_IMAGE", help: "image of proxy pods where a fleet names none" },
  namespace: { type: "string", env: "POD_NAMESPACE", help: "namespace that the operator runs in (default: proxyfleet-system)" },
  help: { type: "boolean", env: undefined, help: "show this text" },
} as const;

const config = z.object({
  kubeconfig: z.string().min(1).optional(),
  "log-level": z.enum(logLevels).default("info"),
  "health-port": z.coerce.number().int().min(0).max(65_535).default(8081),
  "proxy-image": z.string().min(1),
  namespace: z.string().min(1).default("proxyfleet-system"),
});

export interface OperatorConfig {
  readonly kubeconfig: string | undefined;
  readonly logLevel: (typeof logLevels)[number];
  readonly healthPort: number;
  readonly proxyImage: string;
  readonly namespace: string;
}

/** Reads flags, then the environment behind them. "help" when help was asked for. @throws ConfigError naming the flag and the remedy */
export function readConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  defaultImage: string,
): OperatorConfig | "help" {
  const flags = readFlags(args);
  if (flags["help"] === true) return "help";
  const fromEnvironment = Object.entries(options).flatMap(([name, { env }]) => {
    const value = env === undefined ? undefined : environment[env];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  const parsed = config.safeParse({ "proxy-image": defaultImage, ...Object.fromEntries(fromEnvironment), ...flags });
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("; "));
  const { kubeconfig, namespace, "log-level": logLevel, "health-port": healthPort, "proxy-image": proxyImage } = parsed.data;
  return { kubeconfig, logLevel, healthPort, proxyImage, namespace };
}

function readFlags(args: readonly string[]): Record<string, string | boolean | undefined> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new ConfigError("unknown or incomplete flag: see proxyfleet operator --help", { cause });
  }
}

/** The text of `proxyfleet operator --help`. */
export function configHelp(): string {
  const lines = Object.entries(options).map(
    ([name, { help, env }]) => `  --${name.padEnd(14)} ${help}${env === undefined ? "" : ` [${env}]`}`,
  );
  return [
    "Usage: proxyfleet operator [flags]",
    "",
    "Runs the operator, in a cluster or outside of one. Flags, and the environment variables behind them:",
    ...lines,
    "",
  ].join("\n");
}

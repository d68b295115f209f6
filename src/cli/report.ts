import { parseArgs } from "./call/parse-args.ts";
import { keyText } from "../kubernetes/resource.ts";
import { sleep } from "../runtime/clock.ts";
import { type Millis, DurationError, instant, parseDuration } from "../values/time.ts";
import { clusterFlagsHelp, clusterOptions } from "./call/cluster-flags.ts";
import { withCluster } from "./call/cluster.ts";
import { annotationText, countryName, readNote } from "./block-note.ts";
import { ReportError } from "./report-error.ts";
import { type Delivered, sendReport } from "./report-send.ts";
import { waitForMove } from "./report-wait.ts";

/** The text of `proxyfleet report --help`. */
export const reportHelp = `Usage: proxyfleet report ADDRESS --country CODE [flags]

Reports that people in a country no longer reach an address, so that its group moves to a fresh one. It finds the fleet whose people use
the address, and sets the annotation proxyfleet.dev/report-blocked there. You need the right to read and patch WhatsAppProxy objects.

  --country        the country, as two letters (ISO 3166-1), such as IR
  --fleet          name of the WhatsAppProxy (default: the one whose people use the address)
  -n, --namespace  its namespace (default: all are looked through)
  --reason         what you know, in a few words. It is shown in the fleet's status and in Events: name nobody
  --wait           wait until the group has moved, and say where to; or why it does not move
  --timeout        how long to wait at most (default: 4m)
  --help           show this text

${clusterFlagsHelp.trimStart()}
Exit code: 0 once it is reported, with --wait once the group has moved; 1 otherwise.
`;

const options = {
  country: { type: "string" },
  fleet: { type: "string" },
  reason: { type: "string" },
  wait: { type: "boolean", default: false },
  timeout: { type: "string", default: "4m" },
  ...clusterOptions,
  help: { type: "boolean", default: false },
} as const;

/**
 * Runs `proxyfleet report`. @throws ReportError where the call is off, where nothing comes of the
 * report, and at the end of the time; errors of the API client
 */
export async function reportCommand(
  args: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  const { values, positionals } = readArguments(args);
  if (values.help) return print(reportHelp.trimEnd());
  const [address, ...more] = positionals;
  if (more.length > 0)
    throw new ReportError("report one address at a time: see proxyfleet report --help");
  const note = readNote({ address, country: values.country, reason: values.reason });
  const timeout = readTimeout(values.timeout);
  const { fleet, namespace } = values;
  const waiting = { sleep, clock: () => performance.now() };
  await withCluster(values, async ({ client }) => {
    const text = annotationText(note, instant(Date.now()));
    const sent = await sendReport(
      { ...note, text },
      { client, where: { fleet, namespace }, ...waiting },
    );
    print(sentText(sent));
    if (values.wait) print(await waitForMove(sent, { client, timeout, ...waiting }));
  });
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    throw new ReportError("unknown or incomplete flag: see proxyfleet report --help", { cause });
  }
}

function readTimeout(text: string): Millis {
  try {
    return parseDuration(text);
  } catch (cause) {
    if (cause instanceof DurationError) throw new ReportError("--timeout", { cause });
    throw cause;
  }
}

/** The country's name shows whoever mistyped its code what they have reported. */
function sentText({ key, report: { address, country, slot } }: Delivered): string {
  const group = slot === undefined ? "" : `slot ${slot} of `;
  return `reported: ${address} is blocked in ${countryName(country) ?? country} (${group}WhatsAppProxy ${keyText(key)})`;
}

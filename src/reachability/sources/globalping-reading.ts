import { z } from "zod";
import type { Listener, StepFailure, TestOutcome } from "../evidence.ts";

// What a probe of Globalping found, read from the answers of its API. The texts of a failed test
// are not meant to be parsed, but nothing else says at which step it ended: facts and texts are
// from the probe's source code (github.com/jsdelivr/globalping-probe, src/command).

const probeResult = z.looseObject({
  status: z.string(),
  rawOutput: z.string().default(""),
  failureSource: z.string().optional(),
});

/** What is read of a measurement; a service may add fields at any time. */
export const measurementSchema = z.object({
  status: z.enum(["in-progress", "finished"]),
  results: z.array(z.object({ probe: z.object({ asn: z.int() }), result: probeResult })),
});

export type Measurement = z.infer<typeof measurementSchema>;
type ProbeResult = z.infer<typeof probeResult>;

/** What a TCP ping says. `NoEvidence`: the probe, not the address, is the reason. */
export type PingReading = "Answered" | "NoAnswer" | "NoEvidence";

/** What a test over TLS says by itself. */
export type TlsReading =
  | TestOutcome
  /** It failed, and only a TCP ping can tell whether at TCP or later. */
  | { readonly kind: "Unclear"; readonly failure: StepFailure }
  | { readonly kind: "NoEvidence" };

const finishedPing = z.object({ stats: z.object({ rcv: z.int() }) });

/**
 * Reads a TCP ping. One that reaches nobody is `finished` all the same, with nothing received; a
 * `failed` one never came to the address.
 */
export function readPing(result: ProbeResult): PingReading {
  if (result.status !== "finished") return "NoEvidence";
  const ping = finishedPing.safeParse(result);
  if (!ping.success) return "NoEvidence";
  return ping.data.stats.rcv > 0 ? "Answered" : "NoAnswer";
}

const finishedHttp = z.object({
  tls: z.object({ authorized: z.boolean(), fingerprint256: z.string().optional() }).nullable(),
});

/** Who should answer at the other end of a test over TLS. */
export interface Expected {
  readonly listener: Listener;
  /** SHA-256 of the lane's certificate, in lower-case hex. */
  readonly laneCertificate: string | undefined;
}

/** Reads a test over TLS. */
export function readTls(result: ProbeResult, expected: Expected): TlsReading {
  if (result.status === "finished") return readFinished(result, expected);
  return result.status === "failed" ? readFailed(result) : { kind: "NoEvidence" };
}

/**
 * Whoever shows the lane's certificate is our proxy, whatever the name that was asked for. On media,
 * WhatsApp's own servers may answer; on chat nobody else can, least of all with HTTP/2.
 */
function readFinished(result: ProbeResult, { listener, laneCertificate }: Expected): TlsReading {
  const http = finishedHttp.safeParse(result);
  if (!http.success || http.data.tls === null) return { kind: "NoEvidence" };
  const { authorized, fingerprint256 = "" } = http.data.tls;
  const shown = fingerprint256.replaceAll(":", "").toLowerCase();
  if (shown === laneCertificate) return { kind: "Worked", upTo: "certificate" };
  if (authorized && listener === "media") return { kind: "Worked", upTo: "upstream" };
  return { kind: "Failed", at: "certificate", failure: { kind: "WrongCertificate" } };
}

const handshakeDone: TlsReading = { kind: "Worked", upTo: "tls" };

const failed = (at: "tcp" | "tls", kind: "Refused" | "TimedOut" | "Reset" | "NoAnswer") =>
  ({ kind: "Failed", at, failure: { kind } }) as const;

/** The probe's texts, and what each says; the first that fits counts. */
const texts: readonly (readonly [RegExp, TlsReading])[] = [
  // Offered HTTP/2 alone, a lane agrees on nothing: the probe hangs up, right after the handshake.
  [/^HTTP\/2 is not supported by the server\./, handshakeDone],
  // These two come only after a handshake: the other side has had enough of what it was asked.
  [/other side closed|socket hang up/, handshakeDone],
  [/connect ECONNREFUSED/, failed("tcp", "Refused")],
  [/connect ETIMEDOUT/, failed("tcp", "TimedOut")],
  [/connect ECONNRESET/, failed("tcp", "Reset")],
  [/connect E(HOST|NET)UNREACH/, failed("tcp", "NoAnswer")],
  [/ECONNRESET|before secure TLS connection was established/, failed("tls", "Reset")],
  [/EPROTO|SSL routines/, failed("tls", "NoAnswer")],
  [/^Private IP ranges are not allowed/, { kind: "NoEvidence" }],
  [/^Request timeout/, { kind: "Unclear", failure: { kind: "TimedOut" } }],
];

function readFailed({ rawOutput, failureSource = "unknown" }: ProbeResult): TlsReading {
  if (failureSource === "resolver" || failureSource === "internal") return { kind: "NoEvidence" };
  const known = texts.find(([text]) => text.test(rawOutput.trim()));
  if (known !== undefined) return known[1];
  return failureSource === "target"
    ? { kind: "Unclear", failure: { kind: "NoAnswer" } }
    : { kind: "NoEvidence" };
}

/** What a probe found on a port, from all tests that it made there; undefined: it found nothing. */
export function outcomeOf(
  tls: TlsReading | undefined,
  ping: PingReading | undefined,
): TestOutcome | undefined {
  if (tls?.kind === "Worked" || tls?.kind === "Failed") return tls;
  const failure: StepFailure = tls?.kind === "Unclear" ? tls.failure : { kind: "NoAnswer" };
  if (ping === "NoAnswer") return { kind: "Failed", at: "tcp", failure };
  if (ping !== "Answered") return undefined;
  return tls?.kind === "Unclear"
    ? { kind: "Failed", at: "tls", failure }
    : { kind: "Worked", upTo: "tcp" };
}

/** Whether a probe reached the control, which is no address of ours; undefined: it can't say. */
export function reachesElse(control: PingReading | undefined): boolean | undefined {
  if (control === "Answered") return true;
  return control === "NoAnswer" ? false : undefined;
}

/**
 * A name for each probe of a measurement: its network, and a number where several probes are in
 * one. Nothing else of a volunteer's line is kept.
 */
export function placesOf({ results }: Measurement): readonly string[] {
  return results.map(({ probe }, index) => {
    const before = results.slice(0, index).filter((other) => other.probe.asn === probe.asn).length;
    return before === 0 ? `AS${probe.asn}` : `AS${probe.asn} (${before + 1})`;
  });
}

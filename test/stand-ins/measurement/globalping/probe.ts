import type { MeasurementRequest } from "./request.ts";

/** A probe that somebody hosts. */
export interface FakeProbe {
  readonly country: string;
  readonly asn: number;
  readonly city: string;
  readonly tags: readonly string[];
  /** It hung up after it was chosen: only measurements by id notice. */
  offline?: boolean;
}

/** What a probe meets at a port. */
export type Meets =
  | "Open"
  | "Dropped"
  | "Refused"
  | "Reset"
  | "ResetInTls"
  /** TCP works, and then nothing comes. */
  | "Frozen"
  /** The probe itself is broken. */
  | "Internal"
  /** Somebody on the way answers with a certificate of their own. */
  | "Impostor";

/** What a probe meets at an address's port. */
export type Network = (probe: FakeProbe, target: string, port: number) => Meets;

/** The texts of failed tests, as the probe writes them. */
const failures: Readonly<Record<Exclude<Meets, "Open" | "Impostor">, string>> = {
  Dropped: "Request timeout.",
  Frozen: "Request timeout.",
  Refused: "connect ECONNREFUSED 203.0.113.9:443",
  Reset: "read ECONNRESET",
  ResetInTls: "Client network socket disconnected before secure TLS connection was established",
  Internal: "Internal error.",
};

/** The certificate that a server shows. */
export interface Shown {
  readonly authorized: boolean;
  readonly fingerprint256: string;
  /** How long its answer's body is, in characters. */
  readonly bodyLength?: number;
}

/** What a probe reports of one test. */
export function report(request: MeasurementRequest, meets: Meets, shown: Shown): object {
  return request.type === "ping" ? reportPing(request, meets) : reportHttp(request, meets, shown);
}

function reportPing({ target, measurementOptions }: MeasurementRequest, meets: Meets): object {
  if (meets === "Internal") return failed("internal", "Internal error.");
  const total = "packets" in measurementOptions ? measurementOptions.packets : 3;
  const isDead = meets === "Dropped" || meets === "Refused";
  const rcv = isDead ? 0 : total;
  const rtt = isDead ? null : 41.5;
  return {
    status: "finished",
    rawOutput: `PING ${target}: ${rcv} of ${total} answered`,
    resolvedAddress: target,
    resolvedHostname: target,
    stats: { min: rtt, avg: rtt, max: rtt, total, rcv, drop: total - rcv, loss: isDead ? 100 : 0 },
    timings: Array.from({ length: rcv }, () => ({ rtt: 41.5 })),
  };
}

function reportHttp(
  { target, measurementOptions }: MeasurementRequest,
  meets: Meets,
  shown: Shown,
) {
  if (meets !== "Open" && meets !== "Impostor")
    return failed(meets === "Internal" ? "internal" : "target", failures[meets]);
  const isHttp2 = "request" in measurementOptions && measurementOptions.protocol === "HTTP2";
  if (isHttp2 && meets === "Open")
    return failed("target", "HTTP/2 is not supported by the server.");
  const body = "x".repeat(shown.bodyLength ?? 0);
  const tls =
    meets === "Open" ? shown : { authorized: false, fingerprint256: "BB:".repeat(31) + "BB" };
  return {
    status: "finished",
    rawOutput: "HTTP/1.1 200 OK",
    rawHeaders: "",
    rawBody: body.slice(0, 10_000),
    truncated: body.length > 10_000,
    headers: {},
    statusCode: 200,
    statusCodeName: "OK",
    resolvedAddress: target,
    timings: { total: 120, dns: null, tcp: 40, tls: 40, firstByte: 39, download: 1 },
    tls: {
      authorized: tls.authorized,
      ...(tls.authorized ? {} : { error: "self-signed certificate" }),
      fingerprint256: tls.fingerprint256,
      protocol: "TLSv1.3",
      cipherName: "TLS_AES_128_GCM_SHA256",
      subject: { CN: "example", alt: "DNS:example" },
      issuer: { C: null, O: null, CN: "example" },
      keyType: "EC",
      keyBits: 256,
    },
  };
}

/** A failed test keeps nothing of what it saw before it failed. */
function failed(failureSource: "target" | "resolver" | "internal", rawOutput: string): object {
  return {
    status: "failed",
    failureSource,
    rawOutput,
    rawHeaders: "",
    rawBody: "",
    truncated: false,
    headers: {},
    statusCode: null,
    statusCodeName: null,
    resolvedAddress: null,
    timings: { total: null, dns: null, tcp: null, tls: null, firstByte: null, download: null },
    tls: null,
  };
}

/** What stands in for a probe that is not connected any more. */
export const offlineResult = {
  status: "offline",
  rawOutput: "This probe is currently offline. Please try again later.",
} as const;

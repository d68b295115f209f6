import type {
  HttpMeasurementRequest,
  MeasurementLocations,
  PingMeasurementRequest,
} from "globalping";
import type { Listener } from "../evidence.ts";
import type { Target } from "./source.ts";

/** Where Globalping should measure from. */
export interface ProbeChoice {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** An autonomous system's number. */
  readonly asn?: number;
  /** How many probes; fewer are used where it has fewer. */
  readonly limit: number;
}

/** A port of an address. */
export interface TestedPort {
  readonly listener: Listener;
  readonly port: number;
}

/**
 * The round's first measurement: chooses the probes and shows whether they reach anything. It
 * looks for probes at homes and on phones, since data centres are often not filtered as people are.
 */
export function controlRequest(choice: ProbeChoice, host: string): PingMeasurementRequest {
  const { country, asn, limit } = choice;
  const location = { country, tags: ["eyeball-network"], ...(asn === undefined ? {} : { asn }) };
  return { ...tcpPing(host, 443), locations: [location], limit };
}

/** A TCP ping by the very probes of an earlier measurement. */
export function pingRequest(
  { address }: Target,
  { port }: TestedPort,
  probesOf: string,
): PingMeasurementRequest {
  return { ...tcpPing(address, port), locations: probesOf };
}

function tcpPing(target: string, port: number): PingMeasurementRequest {
  return { type: "ping", target, measurementOptions: { protocol: "TCP", port, packets: 3 } };
}

/**
 * A test over TLS by the very probes of an earlier measurement; undefined for a port without TLS.
 * Chat is offered HTTP/2 alone, so that a probe hangs up after the handshake: as plain HTTPS, a
 * request would reach WhatsApp's chat servers. Media is asked for WhatsApp's own name: what answers
 * shows Meta's certificate.
 */
export function tlsRequest(
  target: Target,
  { listener, port }: TestedPort,
  probesOf: string,
): HttpMeasurementRequest | undefined {
  if (listener === "plainChat") return undefined;
  const locations: MeasurementLocations = probesOf;
  const measurementOptions =
    listener === "chat"
      ? ({ protocol: "HTTP2", port, request: { method: "HEAD" } } as const)
      : ({
          protocol: "HTTPS",
          port,
          request: { method: "HEAD", host: target.mediaServerName },
        } as const);
  return { type: "http", target: target.address, locations, measurementOptions };
}

/** The most tests that each probe makes of an address: a port with TLS may need a ping as well. */
export function testsOf({ ports }: Target): number {
  return ports.reduce((sum, { listener }) => sum + (listener === "plainChat" ? 1 : 2), 0);
}

import { createServer } from "node:http";
import type { Server } from "node:net";

/** What a server of the played WhatsApp has seen since it started. Nothing here names a client. */
export interface Counters {
  connections: number;
  /** Connections that ended without a byte: health checks. */
  silent: number;
  headers: { v1: number; v2: number; none: number };
  /** Conversations that came as far as an answer. */
  answered: number;
  /** TLS handshakes that broke off, as they do when somebody only looks whether a port answers. */
  broken: number;
  /** What a proxy must not do, and how often it did. */
  faults: Record<string, number>;
}

export function newCounters(): Counters {
  return {
    connections: 0,
    silent: 0,
    headers: { v1: 0, v2: 0, none: 0 },
    answered: 0,
    broken: 0,
    faults: {},
  };
}

export function countFault(counters: Counters, fault: string): void {
  counters.faults[fault] = (counters.faults[fault] ?? 0) + 1;
}

/** What the played WhatsApp tells about itself, and what it has seen. */
export interface WhatsAppReport {
  /**
   * SHA-256 of the media server's certificate (DER), in hexadecimal: who sees it on the media port
   * talks to WhatsApp itself.
   */
  readonly certificateSHA256: string;
  readonly chat: Counters;
  readonly media: Counters;
}

/** Serves the report as JSON to tests on the same host, and to nobody else. */
export function serveReport(report: WhatsAppReport, port: number): Server {
  return createServer((_, response) => {
    response.setHeader("content-type", "application/json").end(`${JSON.stringify(report)}\n`);
  }).listen(port, "127.0.0.1");
}

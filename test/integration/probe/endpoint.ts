import { type TLSSocket, connect } from "node:tls";
import { ownCertificate, pinOf } from "../../../src/ingestion/io/own-certificate.ts";
import {
  type Ingestion,
  type IngestionOptions,
  type ServingCertificate,
  serveIngestion,
} from "../../../src/ingestion/io/serve.ts";
import { tokenHash } from "../../../src/ingestion/io/tokens.ts";
import type { AgentVantagePoint, Work } from "../../../src/ingestion/vantage-points.ts";
import { encodeBase32 } from "../../../src/probe/base32.ts";
import { formatProbeLine, type ProbeLine } from "../../../src/probe/line.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { instant, minutes, seconds } from "../../../src/values/time.ts";

export const token = encodeBase32(Buffer.alloc(20, 1));

export const tehran: AgentVantagePoint = {
  name: "tehran",
  country: "IR",
  role: "Probe",
  tokenSHA256: tokenHash(token),
};

/** The operator's clock stands still. */
export const noon = instant(Date.parse("2026-11-23T12:00:00Z"));

export const noWork: Work = {
  targets: [],
  everyMs: seconds(30),
  transferEveryMs: minutes(10),
  elsewhere: [],
  endpoints: [],
};

/** An endpoint on loopback, with what it was given. */
export interface Endpoint extends Ingestion {
  readonly evidence: TestEvidence[];
  readonly failures: unknown[];
  readonly certificate: ServingCertificate;
}

export async function startEndpoint(given: Partial<IngestionOptions> = {}): Promise<Endpoint> {
  const evidence: TestEvidence[] = [];
  const failures: unknown[] = [];
  const certificate = given.certificate ?? (await ownCertificate(noon, Math.random));
  const ingestion = await serveIngestion({
    port: 0,
    host: "127.0.0.1",
    certificate,
    vantagePoints: () => [tehran],
    targetsFor: () => noWork,
    received: async (found) => void evidence.push(...found),
    now: () => noon,
    failed: (error) => failures.push(error),
    ...given,
  });
  return { ...ingestion, evidence, failures, certificate };
}

/** The line for agents of an endpoint; other ports stand before its own. */
export function lineTo(
  { port, certificate }: Pick<Endpoint, "port" | "certificate">,
  ...before: readonly number[]
): ProbeLine {
  return {
    token,
    trust: { kind: "Key", sha256: pinOf(certificate) },
    endpoints: [...before, port].map((port) => ({ host: "127.0.0.1", port })),
  };
}

export function lineText(endpoint: Endpoint): string {
  return formatProbeLine(lineTo(endpoint));
}

/** All that comes back for some bytes, until the other side hangs up, however it does. */
export async function exchange(
  port: number,
  ...sent: readonly (string | Buffer)[]
): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  for (const bytes of sent) socket.write(bytes);
  return received(socket);
}

/** All that comes until the end, or until the connection is cut. */
export async function received(socket: TLSSocket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  return new Promise((resolve) => {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(text));
  });
}

/** A request as an agent writes it. */
export function request(
  method: string,
  { bearer = token, body, path = "/" }: { bearer?: string; body?: string; path?: string } = {},
): string {
  const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${bearer}\r\n`;
  return body === undefined
    ? `${head}\r\n`
    : `${head}content-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

/** The status of an answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

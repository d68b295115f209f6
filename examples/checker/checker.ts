// A checker service: tests addresses for Proxyfleet from where it runs (docs/checker.md).
//   node checker.ts --cert cert.pem --key key.pem --token-file token [--port 8443] [--place NAME]
// It needs Node 22.18 or newer and nothing else, stores nothing, and logs no address.
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { parseArgs } from "node:util";

interface Test {
  address: string;
  listener: "chat" | "media" | "plainChat";
  port: number;
  certificateSHA256?: string;
  serverName?: string;
}

type Outcome =
  | { kind: "Worked"; upTo: string }
  | { kind: "Failed"; at: string; failure: { kind: string; afterBytes?: number } };

const longestTestMs = 10_000;
const longestStandstillMs = 15_000;
/** A server that hangs up after a longer silence has waited for data that did not get through. */
const longSilenceMs = 5_000;
/** Moved in each direction: three times what a known censor lets pass. */
const transferBytes = 49_152;
const mostBytes = 65_536;
const mostTests = 64;

const { values } = parseArgs({
  options: {
    cert: { type: "string", default: "cert.pem" },
    key: { type: "string", default: "key.pem" },
    "token-file": { type: "string", default: "token" },
    port: { type: "string", default: "8443" },
    place: { type: "string" },
  },
});
const token = sha256(readFileSync(values["token-file"], "utf8").trim());

const tls = { cert: readFileSync(values.cert), key: readFileSync(values.key) };
const server = createServer(tls, (request, response) => {
  // Whoever has no token learns nothing, not even what this is.
  answer(request, response).catch(() => response.writeHead(404).end());
});
server.requestTimeout = 30_000;
server.listen(Number(values.port), () =>
  console.log(`listening on port ${(server.address() as AddressInfo).port}`),
);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (request.method !== "POST" || !timingSafeEqual(sha256(given), token)) throw new Error("no");
  const { tests, control } = JSON.parse(await bodyOf(request));
  if (!Array.isArray(tests) || tests.length > mostTests) throw new Error("too many tests");
  const [reached, ...outcomes] = await Promise.all([
    connectTo(control.host, control.port),
    ...tests.map(outcomeOf),
  ]);
  const results = outcomes.map((outcome, index) => ({
    address: tests[index].address,
    listener: tests[index].listener,
    ...(values.place === undefined ? {} : { place: values.place }),
    outcome,
    reachesElse: reached.kind === "Worked",
  }));
  const body = JSON.stringify({ version: 1, results });
  response.writeHead(200, { "content-type": "application/json" }).end(body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > mostBytes) throw new Error("too long");
  }
  return text;
}

/** TCP first: TLS is tried only where that works, so that the failing step is known. */
async function outcomeOf(test: Test): Promise<Outcome> {
  const tcp = await connectTo(test.address, test.port);
  return tcp.kind === "Failed" || test.listener === "plainChat" ? tcp : shakeHands(test);
}

async function connectTo(host: string, port: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: longestTestMs });
    const end = (outcome: Outcome) => {
      resolve(outcome);
      socket.destroy();
    };
    socket.once("connect", () => end({ kind: "Worked", upTo: "tcp" }));
    socket.once("timeout", () => end(failedAt("tcp", "ETIMEDOUT")));
    socket.once("error", (error) => end(failedAt("tcp", codeOf(error))));
  });
}

/** Chat must show the lane's own certificate; media, the real one of the name that is asked for. */
async function shakeHands({ address, port, ...expected }: Test): Promise<Outcome> {
  const { serverName: servername, certificateSHA256 } = expected;
  return new Promise((resolve) => {
    const name = servername === undefined ? {} : { servername };
    const secure = connectTls({ host: address, port, ...name, rejectUnauthorized: false });
    let timer = setTimeout(() => end(failedAt("tls", "ETIMEDOUT")), longestTestMs);
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
      secure.destroy();
    };
    secure.on("error", (error) => end(failedAt("tls", codeOf(error))));
    secure.once("close", () => end(failedAt("tls", "ECONNRESET")));
    secure.once("secureConnect", () => {
      const shown = sha256(secure.getPeerCertificate().raw).toString("hex");
      if (shown === certificateSHA256) return end({ kind: "Worked", upTo: "certificate" });
      if (servername !== undefined && secure.authorized) {
        clearTimeout(timer);
        secure.removeAllListeners("close").removeAllListeners("error");
        timer = transfer(secure, servername, end);
        return undefined;
      }
      if (certificateSHA256 === undefined && servername === undefined)
        return end({ kind: "Worked", upTo: "tls" });
      return end({ kind: "Failed", at: "certificate", failure: { kind: "WrongCertificate" } });
    });
  });
}

/**
 * Asks WhatsApp's own server for a web page again and again, with more and more cookies, until 48 KB
 * went each way. One that hangs up before that shows no more than that it is reached, unless the
 * line stood still for long before.
 */
function transfer(
  secure: TLSSocket,
  host: string,
  end: (outcome: Outcome) => void,
): NodeJS.Timeout {
  let received = 0;
  let heardMs = performance.now();
  const standsStill = () => {
    const failure = { kind: "Frozen", afterBytes: received };
    // A server that never answers does not speak HTTP.
    if (received === 0) end({ kind: "Worked", upTo: "upstream" });
    else end({ kind: "Failed", at: "transfer", failure });
  };
  const hungUp = () => {
    if (performance.now() - heardMs > longSilenceMs) standsStill();
    else end({ kind: "Worked", upTo: "upstream" });
  };
  const ask = () =>
    secure.write(`GET / HTTP/1.1\r\nhost: ${host}\r\ncookie: ${"a".repeat(4_096)}\r\n\r\n`);
  const standstill = setTimeout(standsStill, longestStandstillMs);
  secure.once("error", () => end({ kind: "Worked", upTo: "upstream" }));
  secure.once("close", hungUp);
  secure.on("data", (data: Buffer) => {
    received += data.length;
    heardMs = performance.now();
    standstill.refresh();
    const isWhole = received >= transferBytes && secure.bytesWritten >= transferBytes;
    if (isWhole) end({ kind: "Worked", upTo: "transfer" });
    else ask();
  });
  ask();
  return standstill;
}

function failedAt(at: "tcp" | "tls", code: string): Outcome {
  const kinds: Record<string, string> = {
    ECONNREFUSED: "Refused",
    ECONNRESET: "Reset",
    ETIMEDOUT: "TimedOut",
  };
  return { kind: "Failed", at, failure: { kind: kinds[code] ?? "NoAnswer" } };
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? "";
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}

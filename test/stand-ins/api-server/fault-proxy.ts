import { once } from "node:events";
import {
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  constants,
  createSecureServer,
} from "node:http2";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request as send } from "undici";
import { makePem } from "../whatsapp/certificate.ts";
import type { ApiServer } from "./api-server.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { type ClientIdentity, proxiedKubeconfig } from "./proxied-kubeconfig.ts";
import { TcpRelay } from "./tcp-relay.ts";

/** A request as a script sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
}

/** A request that came, and what became of it. */
export interface Passed extends Asked {
  /**
   * When the server answered (ms of performance.now()), and with what HTTP status; undefined while
   * it has not.
   */
  answered?: { readonly at: number; readonly status: number };
}

/**
 * What goes wrong with one request: an answer that never came from the server; a change of the
 * answer's bytes, where a body that throws cuts the stream; or a long way to the server, which ends
 * well even if the client is gone by then.
 */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: "late"; readonly until: Promise<void> }
  | {
      readonly kind: "body";
      readonly change: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
    };

/** Names the fault for each request as it comes; undefined passes it on unharmed. */
export type Script = (asked: Asked) => Fault | undefined;

/**
 * Stands between a client and a real API server and does harm by a script. It speaks TLS on both
 * sides, HTTP/2 as well as HTTP/1.1 towards the client. `relay` does harm to whole connections.
 */
export class FaultProxy {
  readonly kubeconfig: string;
  readonly relay: TcpRelay;
  /** Every request that came, in order. */
  readonly asked: Passed[] = [];
  script: Script = () => undefined;
  /** How far the server's clock is ahead (ms), as the header Date of answers that pass says it. */
  clockAheadMs = 0;
  readonly #folder: string;
  readonly #pem: string;
  readonly #api: ApiServer;
  readonly #upstream: Agent;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(parts: {
    folder: string;
    pem: string;
    api: ApiServer;
    server: Http2SecureServer;
    relay: TcpRelay;
  }) {
    this.#folder = parts.folder;
    this.#pem = parts.pem;
    this.#api = parts.api;
    this.#server = parts.server;
    this.relay = parts.relay;
    this.kubeconfig = join(parts.folder, "kubeconfig");
    this.#upstream = new Agent({
      connect: { ca: parts.api.ca },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
    });
    this.#server.on(
      "request",
      (request: Http2ServerRequest, response: Http2ServerResponse) =>
        void this.#serve(request, response),
    );
  }

  /** Starts a proxy before `api`. `identity` goes into its kubeconfig; see `expectClient`. */
  static async start(api: ApiServer, identity?: ClientIdentity): Promise<FaultProxy> {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-faults-"));
    removeAtExit(folder);
    const pem = await makePem();
    const clients = identity === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
    const server = createSecureServer({ cert: pem, key: pem, allowHTTP1: true, ...clients });
    server.on("sessionError", () => undefined);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const relay = await TcpRelay.start((server.address() as { port: number }).port);
    const proxy = new FaultProxy({ folder, pem, api, server, relay });
    await writeFile(
      proxy.kubeconfig,
      proxiedKubeconfig({ port: relay.port, certificate: pem, token: api.token, identity }),
    );
    return proxy;
  }

  /**
   * From now on only clients that show this certificate (PEM) may shake hands; connections that
   * stand are cut.
   */
  expectClient(certificate: string): void {
    this.#server.setSecureContext({ cert: this.#pem, key: this.#pem, ca: certificate });
    this.relay.cut();
  }

  /**
   * From now on it shows this certificate (PEM, with its key) to clients; connections that stand
   * are cut.
   */
  show(pem: string): void {
    this.#server.setSecureContext({ cert: pem, key: pem });
    this.relay.cut();
  }

  async stop(): Promise<void> {
    this.relay.stop();
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
    await this.#upstream.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serve(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const url = new URL(request.url, "https://proxy");
    const asked: Passed = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      isWatch: url.searchParams.get("watch") === "true",
    };
    this.asked.push(asked);
    const fault = this.script(asked);
    response.on("error", () => undefined);
    if (fault?.kind === "answer") {
      request.resume();
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(fault.body);
      return;
    }
    try {
      await this.#pass({ asked, fault }, request, response);
    } catch {
      cut(response);
    }
  }

  async #pass(
    {
      asked,
      fault,
    }: {
      readonly asked: Passed;
      readonly fault: Exclude<Fault, { kind: "answer" }> | undefined;
    },
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const body = await bytesOf(request);
    if (fault?.kind === "late") await fault.until;
    const answer = await send(this.#api.url + request.url, {
      method: request.method as "GET",
      headers: headersOf(request),
      body: body.length === 0 ? null : body,
      dispatcher: this.#upstream,
      signal: fault?.kind === "late" ? null : gone.signal,
    });
    asked.answered = { at: performance.now(), status: answer.statusCode };
    const contentType = answer.headers["content-type"];
    response.writeHead(answer.statusCode, {
      date: new Date(Date.now() + this.clockAheadMs).toUTCString(),
      ...(typeof contentType === "string" ? { "content-type": contentType } : {}),
    });
    const chunks = fault?.kind === "body" ? fault.change(answer.body) : answer.body;
    for await (const chunk of chunks) {
      if (!response.write(chunk) && !gone.signal.aborted)
        await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    response.end();
  }
}

const hopHeaders = new Set([
  "connection",
  "host",
  "transfer-encoding",
  "content-length",
  "keep-alive",
]);

function headersOf({ headers }: Http2ServerRequest): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => !name.startsWith(":") && !hopHeaders.has(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

async function bytesOf(request: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Ends a response in the middle: a reset of the stream on HTTP/2, of the connection on HTTP/1.1.
 */
function cut(response: Http2ServerResponse): void {
  const stream: Http2ServerResponse["stream"] | undefined = response.stream;
  if (stream === undefined) response.destroy();
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { Agent, request } from "undici";
import type { ApiServer } from "./api-server.ts";

/** A request that may have changed something, and how the API server answered it. */
export interface Write {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  readonly status: number;
}

/**
 * What is called when a write was carried out and its answer is not sent yet. "lost" never sends
 * it.
 */
type AfterWrite = (write: Write) => "answered" | "lost";

/**
 * Stands between one operator and the API server, and sees each of its writes. It speaks HTTP/1.1
 * without TLS towards the operator, which sends no token over that: it adds one itself.
 */
export class WriteGate {
  readonly writes: Write[] = [];
  afterWrite: AfterWrite = () => "answered";
  /** Whether one more write may pass. Asked before each. */
  admitsWrite: () => boolean = () => true;
  /** Nothing passes while it is shut. */
  isShut = false;
  /**
   * Watches of these resources (by plural) are held up: what happens is told only once `release` is
   * called.
   */
  readonly #held = new Map<string, PromiseWithResolvers<void>>();
  readonly #server: Server;
  readonly #upstream: ApiServer;
  readonly #agent: Agent;

  private constructor(upstream: ApiServer) {
    this.#upstream = upstream;
    this.#agent = new Agent({
      connect: { ca: upstream.ca },
      connections: 64,
      bodyTimeout: 0,
      headersTimeout: 0,
    });
    this.#server = createServer((incoming, answer) => {
      this.#pass(incoming, answer).catch(() => answer.destroy());
    });
  }

  static async start(upstream: ApiServer): Promise<WriteGate> {
    const writeGate = new WriteGate(upstream);
    await once(writeGate.#server.listen(0, "127.0.0.1"), "listening");
    return writeGate;
  }

  /** Writes a kubeconfig that leads through here, and gives its path. */
  async kubeconfig(): Promise<string> {
    const cluster = {
      server: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      "insecure-skip-tls-verify": true,
    };
    const text = {
      clusters: [{ name: "write-gate", cluster }],
      users: [{ name: "write-gate", user: {} }],
      contexts: [{ name: "write-gate", context: { cluster: "write-gate", user: "write-gate" } }],
      "current-context": "write-gate",
    };
    const path = `${this.#upstream.kubeconfig}.write-gate`;
    await writeFile(path, JSON.stringify(text));
    return path;
  }

  /** Holds the watches of a resource up, as a slow network would. Lists and reads go on. */
  hold(plural: string): void {
    this.#held.set(plural, Promise.withResolvers());
  }

  release(plural: string): void {
    this.#held.get(plural)?.resolve();
    this.#held.delete(plural);
  }

  async stop(): Promise<void> {
    for (const plural of this.#held.keys()) this.release(plural);
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#agent.destroy();
  }

  async *#delayed(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { pathname, searchParams } = new URL(path, "http://write-gate");
    for await (const chunk of chunks) {
      if (searchParams.get("watch") === "true")
        await this.#held.get(pathname.split("/").at(-1) ?? "")?.promise;
      yield chunk;
    }
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "" } = incoming;
    const body = await buffer(incoming);
    const isWrite = method !== "GET";
    if (this.isShut || (isWrite && !this.admitsWrite())) return void answer.destroy();
    const { host: _host, connection: _connection, ...headers } = incoming.headers;
    const cut = new AbortController();
    answer.once("close", () => cut.abort());
    const response = await request(this.#upstream.url + path, {
      method: method as "GET",
      headers: { ...headers, authorization: `Bearer ${this.#upstream.token}` },
      body: body.length === 0 ? null : body,
      dispatcher: this.#agent,
      // A write that has left goes on, though its sender dies.
      ...(isWrite ? {} : { signal: cut.signal }),
    });
    if (isWrite) {
      const contentType = headers["content-type"] ?? "application/json";
      const write = {
        method,
        path,
        contentType,
        body: body.toString("utf8"),
        status: response.statusCode,
      };
      this.writes.push(write);
      if (this.afterWrite(write) === "lost") return void answer.destroy();
    }
    answer.writeHead(response.statusCode, response.headers);
    answer.flushHeaders();
    return pipeline(
      response.body,
      (chunks: AsyncIterable<Buffer>) => this.#delayed(path, chunks),
      answer,
    );
  }
}

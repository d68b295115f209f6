import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson, type Service, startService } from "./service.ts";

/** What a node meets at a port; `Nothing`: it never answers. */
export type NodeMeets = "Open" | "Dropped" | "Refused" | "Nothing";

interface Node {
  readonly asn: string;
  /** Country in lower case, and its name and city. */
  readonly location: readonly [string, string, string];
}

interface Check {
  readonly host: string;
  readonly nodes: readonly string[];
  polls: number;
}

const page = "<!doctype html><title>Check host</title><p>Online ping, TCP and more";
const checksAnHour = 60;

/** Stands in for check-host.net. */
export class FakeCheckHost {
  nodes: Readonly<Record<string, Node>> = {};
  network: (node: string, host: string) => NodeMeets = () => "Open";
  /** All that was asked for, in order. */
  readonly asked: { readonly host: string; readonly nodes: readonly string[] }[] = [];
  /** How often the list of nodes was read. */
  listed = 0;
  readonly #checks = new Map<string, Check>();

  async start(): Promise<Service> {
    return startService("check-host.net", (request, response) => this.#answer(request, response));
  }

  #answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.accept !== "application/json") {
      response.writeHead(200, { "content-type": "text/html" }).end(page);
      return;
    }
    const { pathname, searchParams } = new URL(url, "https://check-host.net");
    const id = /^\/check-result\/([a-z0-9]+)$/.exec(pathname)?.[1];
    if (id !== undefined) return this.#results(response, id);
    if (pathname === "/check-tcp") return this.#start(response, searchParams);
    if (pathname !== "/nodes/hosts") return sendJson(response, 404, { error: "not found" });
    this.listed += 1;
    return sendJson(response, 200, { nodes: this.nodes });
  }

  #start(response: ServerResponse, query: URLSearchParams): void {
    const host = query.get("host") ?? "";
    const nodes = query.getAll("node").filter((node) => node in this.nodes);
    if (this.asked.length >= checksAnHour) {
      response.writeHead(429, { "content-type": "text/html" }).end(page);
      return;
    }
    this.asked.push({ host, nodes });
    // IPv6 without brackets is taken for a name, which nobody has.
    const isReadable = /^(\[[0-9a-f:]+\]|[^:]+):\d+$/.test(host);
    if (!isReadable || nodes.length === 0) return sendJson(response, 200, { ok: 0, error: "host" });
    const id = randomBytes(6).toString("hex");
    this.#checks.set(id, { host, nodes, polls: 0 });
    const details = nodes.map((node) => [
      node,
      [...this.nodes[node]!.location, "192.0.2.1", this.nodes[node]!.asn],
    ]);
    return sendJson(response, 200, {
      ok: 1,
      request_id: id,
      permanent_link: `https://check-host.net/check-report/${id}`,
      nodes: Object.fromEntries(details),
    });
  }

  /** First nobody has an answer, then one node more with each poll. */
  #results(response: ServerResponse, id: string): void {
    const check = this.#checks.get(id);
    if (check === undefined) return sendJson(response, 404, { error: "not found" });
    const { host, nodes } = check;
    const done = nodes.map((node, index) => [
      node,
      index < check.polls ? this.#found(node, host) : null,
    ]);
    check.polls += 1;
    return sendJson(response, 200, Object.fromEntries(done));
  }

  #found(node: string, host: string): object | null {
    const meets = this.network(node, host);
    if (meets === "Nothing") return null;
    if (meets === "Open") return [{ address: host.replace(/:\d+$/, ""), time: 0.019 }];
    return [{ error: meets === "Refused" ? "Connection refused" : "Connection timed out" }];
  }
}

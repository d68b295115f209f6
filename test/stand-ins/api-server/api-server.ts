import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { freePorts } from "../../../tooling/free-ports.ts";
import { startProgram, type Program } from "./program.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

/**
 * An answer of the API server: its code, and its body as JSON (`Status` for a refusal; `message`
 * holds a text that is no JSON).
 */
export interface Answer {
  readonly code: number;
  readonly body: Record<string, unknown>;
}

/** One call as it goes to the server. */
export interface ServerCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** How a test wants its API server. */
export interface ApiServerOptions {
  /** More flags of kube-apiserver, e.g. `--request-timeout=2s`. */
  readonly flags?: readonly string[];
}

/** Longest time to become ready (ms), with room for a busy machine. */
const readyWithinMs = 90_000;

/**
 * A real API server with a real etcd behind it, on loopback ports of its own, for tests that need
 * no root. Nothing else runs: no controller acts on what is stored (no garbage collection, no
 * namespace deletion), and no kubelet.
 *
 * The programs come from the folder PROXYFLEET_BIN. Both die with the test process, however it
 * ends, and the scratch folder goes with them. `kill` and `restart` end and start the API server
 * only; etcd keeps the objects.
 */
export class ApiServer {
  readonly url: string;
  /** PEM of the certificate to believe. */
  readonly ca: string;
  /** A bearer token of the group system:masters. */
  readonly token: string;
  /** Path of a kubeconfig with that token. */
  readonly kubeconfig: string;
  /** Where etcd answers, e.g. for a compaction. */
  readonly etcdUrl: string;
  readonly #folder: string;
  readonly #start: { readonly etcd: () => Program; readonly server: () => Program };
  #etcd: Program;
  readonly #agent: Agent;
  #server: Program;

  private constructor(parts: Parts) {
    this.url = parts.url;
    this.ca = parts.ca;
    this.token = parts.token;
    this.etcdUrl = parts.etcdUrl;
    this.kubeconfig = join(parts.folder, "kubeconfig");
    this.#folder = parts.folder;
    this.#etcd = parts.etcd;
    this.#start = parts.start;
    this.#server = parts.server;
    this.#agent = new Agent({ connect: { ca: parts.ca }, connections: 8 });
  }

  /** Starts etcd and the API server, and waits until it is ready. */
  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-apiserver-"));
    removeAtExit(folder);
    const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3);
    const token = await writeCredentials(folder);
    const [url, etcdUrl] = [`https://127.0.0.1:${port}`, `http://127.0.0.1:${etcdPort}`];
    const start = {
      etcd: (): Program => startProgram("etcd", etcdFlags(folder, etcdUrl, peerPort), folder),
      server: (): Program =>
        startProgram(
          "kube-apiserver",
          [...serverFlags(folder, etcdUrl, port), ...(options.flags ?? [])],
          folder,
        ),
    };
    const etcd = start.etcd();
    const server = start.server();
    const ca = await certificateOf(folder, server);
    const apiServer = new ApiServer({ url, ca, token, etcdUrl, folder, etcd, start, server });
    await writeFile(apiServer.kubeconfig, kubeconfigOf(apiServer));
    await apiServer.#ready();
    return apiServer;
  }

  /** Ends the API server at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** Starts the API server again on the same port, and waits until it is ready. */
  async restart(): Promise<void> {
    await this.kill();
    this.#server = this.#start.server();
    await this.#ready();
  }

  /** Copies what etcd has stored. Both stand still for that. */
  async backUp(): Promise<void> {
    await this.#whileDown(async () => cp(this.#data, `${this.#data}.backup`, { recursive: true }));
  }

  /** Puts back what `backUp` copied, as an admin does: all that came later never was. */
  async restore(): Promise<void> {
    await this.#whileDown(async () => {
      await rm(this.#data, { recursive: true });
      await cp(`${this.#data}.backup`, this.#data, { recursive: true });
    });
  }

  get #data(): string {
    return join(this.#folder, "etcd");
  }

  async #whileDown(work: () => Promise<void>): Promise<void> {
    await this.kill();
    await this.#etcd.kill();
    await work();
    this.#etcd = this.#start.etcd();
    await this.restart();
  }

  /** Ends everything, and removes the scratch folder. */
  async stop(): Promise<void> {
    await this.#agent.destroy();
    await this.#server.kill();
    await this.#etcd.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One call as admin, answered with JSON. A refusal is an answer too, and throws nothing. */
  async call(
    method: Exclude<ServerCall["method"], "PATCH">,
    path: string,
    body?: unknown,
  ): Promise<Answer> {
    return this.send({ method, path, body });
  }

  /** As `call`, for a change: a JSON merge patch unless another type is given. */
  async patch(
    path: string,
    change: unknown,
    contentType = "application/merge-patch+json",
  ): Promise<Answer> {
    return this.send({ method: "PATCH", path, body: change, contentType });
  }

  /** As `call`, with a body of any type. */
  async send({
    method,
    path,
    body,
    contentType = "application/json",
  }: ServerCall): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.token}`,
      accept: "application/json",
      "content-type": contentType,
    };
    const payload = body === undefined ? null : JSON.stringify(body);
    const answer = await request(`${this.url}${path}`, {
      method,
      headers,
      body: payload,
      dispatcher: this.#agent,
    });
    return { code: answer.statusCode, body: asJson(await answer.body.text()) };
  }

  async #ready(): Promise<void> {
    const deadline = performance.now() + readyWithinMs;
    while (!(await this.#answersReady())) {
      if (performance.now() > deadline || this.#server.ended())
        throw new Error(`kube-apiserver is not ready:\n${await this.#server.lastWords()}`);
      await sleep(100);
    }
  }

  async #answersReady(): Promise<boolean> {
    try {
      const { statusCode, body } = await request(`${this.url}/readyz`, {
        headers: { authorization: `Bearer ${this.token}` },
        dispatcher: this.#agent,
      });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  }
}

function asJson(text: string): Record<string, unknown> {
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { message: text };
}

interface Parts {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  readonly etcdUrl: string;
  readonly folder: string;
  readonly etcd: Program;
  readonly server: Program;
  readonly start: { readonly etcd: () => Program; readonly server: () => Program };
}

async function writeCredentials(folder: string): Promise<string> {
  const token = randomBytes(16).toString("hex");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(join(folder, "tokens.csv"), `${token},admin,admin,system:masters\n`, {
    mode: 0o600,
  });
  await writeFile(
    join(folder, "accounts.key"),
    privateKey.export({ type: "sec1", format: "pem" }),
    { mode: 0o600 },
  );
  return token;
}

function etcdFlags(folder: string, url: string, peerPort: number): string[] {
  const peer = `http://127.0.0.1:${peerPort}`;
  return flags({
    "data-dir": join(folder, "etcd"),
    "log-level": "error",
    "unsafe-no-fsync": "true",
    "listen-client-urls": url,
    "advertise-client-urls": url,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `default=${peer}`,
  });
}

function serverFlags(folder: string, etcdUrl: string, port: number): string[] {
  return flags({
    "etcd-servers": etcdUrl,
    "bind-address": "127.0.0.1",
    "advertise-address": "127.0.0.1",
    "secure-port": String(port),
    "cert-dir": folder,
    "token-auth-file": join(folder, "tokens.csv"),
    "authorization-mode": "RBAC",
    "service-cluster-ip-range": "10.96.0.0/16",
    "service-account-issuer": "https://127.0.0.1",
    "service-account-key-file": join(folder, "accounts.key"),
    "service-account-signing-key-file": join(folder, "accounts.key"),
    // No controller makes the default service account that this plugin waits for.
    "disable-admission-plugins": "ServiceAccount",
  });
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

/** The API server makes itself a certificate in its folder when it starts. */
async function certificateOf(folder: string, server: Program): Promise<string> {
  for (;;) {
    const pem = await readFile(join(folder, "apiserver.crt"), "utf8").catch(() => "");
    if (pem.trimEnd().endsWith("-----END CERTIFICATE-----")) return pem;
    if (server.ended())
      throw new Error(`kube-apiserver did not start:\n${await server.lastWords()}`);
    await sleep(50);
  }
}

function kubeconfigOf({ url, ca, token }: ApiServer): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "test",
        cluster: { server: url, "certificate-authority-data": Buffer.from(ca).toString("base64") },
      },
    ],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}

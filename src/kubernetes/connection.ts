import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Agent } from "undici";
import { ConnectionError } from "./errors.ts";
import { present } from "../values/present.ts";
import { type AgentOptions, type Use, pooledAgent } from "./pooled-agent.ts";

/**
 * Credentials and CA files are read again at most this often (ms): the kubelet renews a pod's token
 * long before it ends.
 */
const refreshAfterMs = 10_000;

/** A dead connection is noticed after two to three of these (ms). */
const pingEveryMs = 15_000;

/** A TCP connection with its TLS handshake takes no longer than this (ms). */
const connectWithinMs = 10_000;

export interface ConnectionOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
  readonly pingEveryMs?: number;
  readonly connectWithinMs?: number;
  /** Whether HTTP/2 is offered: by default it is, and the server chooses (ALPN). */
  readonly http2?: boolean;
  /**
   * Reads the kubeconfig again, after the server refused the credentials: they may have been
   * replaced.
   */
  readonly reload?: () => KubeConfig;
}

interface Session extends Readonly<Record<Use, Agent>> {
  readonly headers: Record<string, string>;
  readonly tls: string;
  readonly since: number;
}

/**
 * Pooled connections to one API server, with the kubeconfig's credentials followed when they
 * change.
 *
 * client-node 2.0.1 would open a TLS connection for each call, so its KubeConfig is only asked for
 * the address and the credentials. Calls and watches have an agent each: a fault in one HTTP/2
 * session must not end the other's streams, and many watches must not keep a call waiting.
 */
export class Connection {
  readonly server: string;
  readonly #reload: (() => KubeConfig) | undefined;
  #kubeConfig: KubeConfig;
  readonly #now: () => number;
  readonly #agentOptions: Pick<AgentOptions, "http2" | "pingEveryMs" | "connectWithinMs">;
  #session: Session | undefined;
  #refreshing: Promise<Session> | undefined;

  constructor(kubeConfig: KubeConfig, options: ConnectionOptions = {}) {
    const cluster = kubeConfig.getCurrentCluster();
    if (cluster === null)
      throw new ConnectionError(
        "the kubeconfig names no current cluster: set current-context, or KUBECONFIG to another file",
      );
    this.server = cluster.server;
    this.#kubeConfig = kubeConfig;
    this.#now = options.now ?? (() => performance.now());
    this.#agentOptions = { http2: true, pingEveryMs, connectWithinMs, ...given(options) };
    this.#reload = options.reload;
  }

  /**
   * Connects by the usual rules: --kubeconfig, KUBECONFIG, ~/.kube/config, then the pod's service
   * account.
   */
  static fromDefault(file?: string, options: ConnectionOptions = {}): Connection {
    const reload = () => {
      const kubeConfig = new KubeConfig();
      try {
        if (file === undefined) kubeConfig.loadFromDefault();
        else kubeConfig.loadFromFile(file);
        return kubeConfig;
      } catch (cause) {
        throw new ConnectionError(
          `could not read the kubeconfig ${file ?? "(KUBECONFIG, ~/.kube/config or service account)"}`,
          { cause },
        );
      }
    };
    return new Connection(reload(), { reload, ...options });
  }

  /** The namespace that commands are for where none is named, as with kubectl. */
  get namespace(): string {
    const context = this.#kubeConfig.getContextObject(this.#kubeConfig.getCurrentContext());
    return context?.namespace ?? "default";
  }

  /**
   * The agent and headers for the next call. `forget` drops what is cached, after the server
   * refused the credentials.
   */
  async open(
    use: Use,
    forget = false,
  ): Promise<{ dispatcher: Agent; headers: Record<string, string> }> {
    const session = await this.#current(forget);
    return { dispatcher: session[use], headers: session.headers };
  }

  /**
   * Many calls may find the session missing or old at once: one of them makes it for all, or each
   * would open connections.
   */
  async #current(forget: boolean): Promise<Session> {
    if (
      !forget &&
      this.#session !== undefined &&
      this.#now() - this.#session.since <= refreshAfterMs
    )
      return this.#session;
    // client-node keeps a token for a minute and a plugin's answer for as long as that says: a
    // fresh start asks again.
    if (forget && this.#reload !== undefined) this.#kubeConfig = this.#reload();
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** Ends all connections. Calls under way fail. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined)
      await Promise.all([session.calls.destroy(), session.watches.destroy()]);
  }

  async #refresh(): Promise<Session> {
    const options: RequestOptions = {};
    try {
      await this.#kubeConfig.applyToHTTPSOptions(options);
    } catch (cause) {
      throw new ConnectionError(`could not get credentials for ${this.server}`, { cause });
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      headers[name.toLowerCase()] = String(value);
    if (typeof options.auth === "string")
      headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
    const material = {
      ca: text(options.ca),
      cert: text(options.cert),
      key: text(options.key),
      servername: options.servername,
      rejectUnauthorized: options.rejectUnauthorized,
    };
    const tls = JSON.stringify(material);
    const since = this.#now();
    const old = this.#session;
    if (old?.tls === tls) return (this.#session = { ...old, headers, since });
    if (old !== undefined) void Promise.allSettled([old.calls.close(), old.watches.close()]);
    const connect = present(material);
    return (this.#session = {
      calls: this.#agent("calls", connect),
      watches: this.#agent("watches", connect),
      headers,
      tls,
      since,
    });
  }

  #agent(use: Use, tls: AgentOptions["tls"]): Agent {
    return pooledAgent(use, {
      ...this.#agentOptions,
      tls,
      onUnreachable: (agent, reason) => {
        void agent.destroy(reason);
        const session = this.#session;
        if (session?.[use] === agent) this.#session = { ...session, [use]: this.#agent(use, tls) };
      },
    });
  }
}

function given({ http2, pingEveryMs, connectWithinMs }: ConnectionOptions) {
  return present({ http2, pingEveryMs, connectWithinMs });
}

function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Buffer.isBuffer(value) ? value.toString("utf8") : undefined;
}

import { isatty } from "node:tty";
import type { Agent } from "undici";
import { Credentials, type Headers, type Material } from "./kubeconfig/credentials.ts";
import { type Choice, type Target, findTarget } from "./kubeconfig/target.ts";
import { present } from "../values/present.ts";
import { type AgentOptions, type Use, pooledAgent } from "./pooled-agent.ts";
import { type Proxy, proxyFor } from "./tunnel/proxy.ts";

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
  readonly reload?: () => Target;
  /** Where the variables of proxies are; by default those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

interface Session extends Readonly<Record<Use, Agent>> {
  readonly headers: Headers;
  readonly tls: string;
  readonly since: number;
}

/**
 * Pooled connections to one API server, with the kubeconfig's credentials followed when they
 * change.
 *
 * Calls and watches have an agent each: a fault in one HTTP/2 session must not end the other's
 * streams, and many watches must not keep a call waiting.
 */
export class Connection {
  readonly server: string;
  /** The namespace that commands are for where none is named, as with kubectl. */
  readonly namespace: string;
  readonly #reload: (() => Target) | undefined;
  readonly #proxy: Proxy | undefined;
  /** Something leads out of here through a proxy. */
  readonly isProxied: boolean;
  readonly #now: () => number;
  readonly #agentOptions: Pick<AgentOptions, "http2" | "pingEveryMs" | "connectWithinMs">;
  #credentials: Credentials;
  #session: Session | undefined;
  #refreshing: Promise<Session> | undefined;

  /** @throws KubeconfigError for a proxy that can't be used */
  constructor(target: Target, options: ConnectionOptions = {}) {
    const { env = process.env, now = () => performance.now() } = options;
    this.server = target.server;
    this.namespace = target.namespace;
    this.#proxy = proxyFor(target, env);
    this.isProxied = [this.#proxy, env["HTTPS_PROXY"], env["https_proxy"]].some(Boolean);
    this.#credentials = this.#credentialsOf(target);
    this.#now = now;
    this.#agentOptions = { http2: true, pingEveryMs, connectWithinMs, ...given(options) };
    this.#reload = options.reload;
  }

  /**
   * Connects by kubectl's rules: --kubeconfig, KUBECONFIG, ~/.kube/config, then the pod's service
   * account. @throws KubeconfigError that names what is wrong
   */
  static fromDefault(kubeconfig?: string, options: ConnectionOptions = {}): Connection {
    return Connection.by({ kubeconfig }, options);
  }

  /** As `fromDefault`, with more that a person may choose. */
  static by(choice: Choice, options: ConnectionOptions = {}): Connection {
    const reload = () => findTarget(choice, options.env ?? process.env);
    return new Connection(reload(), { reload, ...options });
  }

  /**
   * The agent and headers for the next call. `forget` drops what is cached, after the server
   * refused the credentials.
   */
  async open(use: Use, forget = false): Promise<{ dispatcher: Agent; headers: Headers }> {
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
    // A plugin's answer counts for as long as that says: a fresh start asks again.
    if (forget && this.#reload !== undefined)
      this.#credentials = this.#credentialsOf(this.#reload());
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

  #credentialsOf(target: Target): Credentials {
    const { isProxied } = this;
    return new Credentials(target, { isTerminal: isatty(0), isProxied, date: Date.now });
  }

  async #refresh(): Promise<Session> {
    const { headers, tls: material } = await this.#credentials.read();
    // undici makes one field of several with one name over HTTP/2, and so one group of several.
    const http2 = this.#agentOptions.http2 && !Object.values(headers).some(isSeveral);
    const tls = JSON.stringify(material);
    const since = this.#now();
    const old = this.#session;
    if (old?.tls === tls) return (this.#session = { ...old, headers, since });
    if (old !== undefined) void Promise.allSettled([old.calls.close(), old.watches.close()]);
    return (this.#session = {
      calls: this.#agent("calls", material, http2),
      watches: this.#agent("watches", material, http2),
      headers,
      tls,
      since,
    });
  }

  #agent(use: Use, tls: Material["tls"], http2: boolean): Agent {
    return pooledAgent(use, {
      ...this.#agentOptions,
      http2,
      tls,
      proxy: this.#proxy,
      onUnreachable: (agent, reason) => {
        void agent.destroy(reason);
        const session = this.#session;
        if (session?.[use] === agent)
          this.#session = { ...session, [use]: this.#agent(use, tls, http2) };
      },
    });
  }
}

function isSeveral(value: string | readonly string[]): boolean {
  return typeof value !== "string" && value.length > 1;
}

function given({ http2, pingEveryMs, connectWithinMs }: ConnectionOptions) {
  return present({ http2, pingEveryMs, connectWithinMs });
}

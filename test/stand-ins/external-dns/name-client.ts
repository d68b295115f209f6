import { Resolver } from "node:dns/promises";
import { connect } from "node:tls";

/** One try to reach a proxy by its name. */
export interface Visit {
  readonly at: number;
  readonly address: string;
  /** Why it failed; undefined: it reached a proxy. */
  readonly failure?: string;
}

export interface NameClientOptions {
  /** The only thing that it knows. */
  readonly host: string;
  readonly port: number;
  /** Its resolver, as `address:port`. */
  readonly resolver: string;
  /** Time between two new connections (ms). */
  readonly everyMs: number;
}

/** A person's app, many times over: it knows a name, and keeps an answer for as long as its TTL. */
export class NameClient {
  readonly visits: Visit[] = [];
  readonly #options: NameClientOptions;
  readonly #resolver = new Resolver({ timeout: 2_000, tries: 3 });
  readonly #open = new Set<Promise<void>>();
  #known: { readonly addresses: readonly string[]; readonly until: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NameClientOptions) {
    this.#options = options;
    this.#resolver.setServers([options.resolver]);
  }

  start(): void {
    this.#timer = setInterval(() => {
      const visit = this.#visit();
      this.#open.add(visit);
      void visit.finally(() => this.#open.delete(visit));
    }, this.#options.everyMs);
  }

  /** Ends it, once the connections under way have ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  get failures(): readonly Visit[] {
    return this.visits.filter(({ failure }) => failure !== undefined);
  }

  async #visit(): Promise<void> {
    const at = Date.now();
    let address = "";
    try {
      const addresses = await this.#resolve();
      address = addresses[this.visits.length % addresses.length] ?? "";
      await shakeHands(address, this.#options.port);
      this.visits.push({ at, address });
    } catch (error) {
      this.visits.push({ at, address, failure: String(error) });
    }
  }

  async #resolve(): Promise<readonly string[]> {
    const now = Date.now();
    if (this.#known !== undefined && now < this.#known.until) return this.#known.addresses;
    const answers = await this.#resolver.resolve4(this.#options.host, { ttl: true });
    const ttl = Math.min(...answers.map((answer) => answer.ttl));
    const addresses = answers.map((answer) => answer.address);
    this.#known = { addresses, until: now + ttl * 1_000 };
    return addresses;
  }
}

async function shakeHands(host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, rejectUnauthorized: false, timeout: 20_000 }, resolve);
  socket.on("error", reject);
  socket.on("timeout", () => reject(new Error("no handshake in 20 s")));
  socket.on("close", () => reject(new Error("closed before the handshake")));
  try {
    await promise;
  } finally {
    socket.destroy();
  }
}

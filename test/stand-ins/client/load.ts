import { chat } from "./chat.ts";
import { media } from "./media.ts";
import { AttemptError } from "./outcome.ts";

/** A published address: one host and the ports of its two listeners. */
export interface PublishedAddress {
  readonly host: string;
  readonly chat: number;
  readonly media: number;
}

/** A connection of the load failed. */
export interface LoadFailure {
  readonly at: string;
  readonly host: string;
  readonly listener: Listener;
  readonly reason: string;
}

/** What came of the whole load. */
export interface LoadSummary {
  readonly connections: number;
  readonly failures: number;
  readonly seconds: number;
  readonly slowestMs: number;
  readonly addresses: Readonly<Record<string, { connections: number; failures: number }>>;
}

export interface LoadOptions {
  /** New connections a second to each published address; half of them are chat, half media. */
  readonly perSecond: number;
  /** A connection that has no answer after so many milliseconds has failed. */
  readonly timeoutMs: number;
  readonly played: boolean;
  /** What the media server's certificate must be (SHA-256, hexadecimal); undefined takes any. */
  readonly certificateSHA256: string | undefined;
  readonly onFailure: (failure: LoadFailure) => void;
}

type Listener = "chat" | "media";

/**
 * Opens connections to the addresses that are published at the moment, at a steady pace, each a
 * full handshake with an answer. An address that is no longer published gets no new ones; those
 * under way go on, and count.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #started = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  readonly #addresses: Record<string, { connections: number; failures: number }> = {};
  #published: readonly PublishedAddress[] = [];
  #turn: Listener = "media";
  #slowestMs = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), 1_000 / options.perSecond);
  }

  /** From now on, these addresses are the published ones. */
  publish(addresses: readonly PublishedAddress[]): void {
    this.#published = addresses;
  }

  /** Opens no more connections, waits for those under way, and sums up. */
  async end(): Promise<LoadSummary> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    const counts = Object.values(this.#addresses);
    return {
      connections: counts.reduce((sum, { connections }) => sum + connections, 0),
      failures: counts.reduce((sum, { failures }) => sum + failures, 0),
      seconds: Math.round((performance.now() - this.#started) / 100) / 10,
      slowestMs: this.#slowestMs,
      addresses: this.#addresses,
    };
  }

  #tick(): void {
    this.#turn = this.#turn === "chat" ? "media" : "chat";
    for (const address of this.#published) {
      const attempt = this.#attempt(address, this.#turn).finally(() =>
        this.#underWay.delete(attempt),
      );
      this.#underWay.add(attempt);
    }
  }

  async #attempt(address: PublishedAddress, listener: Listener): Promise<void> {
    const count = (this.#addresses[address.host] ??= { connections: 0, failures: 0 });
    count.connections += 1;
    const started = performance.now();
    try {
      await this.#connect(address, listener);
    } catch (error) {
      count.failures += 1;
      this.#options.onFailure(describe(error, address.host, listener));
    }
    this.#slowestMs = Math.max(this.#slowestMs, Math.round(performance.now() - started));
  }

  async #connect(address: PublishedAddress, listener: Listener): Promise<void> {
    const { timeoutMs, played, certificateSHA256 } = this.#options;
    const common = {
      endpoint: { host: address.host, port: address[listener] },
      timeoutMs,
      played,
      signal: new AbortController().signal,
    };
    if (listener === "chat") {
      await chat({ ...common, tls: true });
      return;
    }
    const { handshake } = await media({ ...common, servername: "whatsapp.net" });
    if (certificateSHA256 !== undefined && handshake.certificateSHA256 !== certificateSHA256)
      throw new AttemptError("handshake", "wrong answer", {
        detail: "not the certificate of the media server",
      });
  }
}

function describe(error: unknown, host: string, listener: Listener): LoadFailure {
  return {
    at: new Date().toISOString(),
    host,
    listener,
    reason: error instanceof Error ? error.message : String(error),
  };
}

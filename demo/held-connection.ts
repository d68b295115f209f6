import type { HoldResult } from "../test/stand-ins/client/hold.ts";
import type { PublishedAddress } from "../test/stand-ins/client/load.ts";
import { accompany, type Companion } from "./run.ts";
import { DemoError } from "./say.ts";
import type { Stage } from "./stage.ts";

type HoldEvent =
  | { readonly event: "open" }
  | { readonly event: "beat"; readonly echoes: number }
  | ({ readonly event: "closed" } & HoldResult)
  | { readonly event: "failed"; readonly message: string };

/** A chat connection that somebody goes on using while the fleet moves. */
export class HeldConnection {
  /** Answers that have come back so far. */
  echoes = 0;
  /** How it ended; undefined while it is open. */
  closed: HoldResult | undefined;
  /** Comes with its end. */
  readonly end: Promise<HoldResult>;
  readonly #companion: Companion<HoldEvent>;
  readonly #opened = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<HoldResult>();

  private constructor(companion: Companion<HoldEvent>) {
    this.#companion = companion;
    this.end = this.#ended.promise;
    void this.#follow();
  }

  /**
   * Opens it. It says a line five times a second; nothing at all where the real WhatsApp answers,
   * which knows no such lines.
   * @throws DemoError if it can't be opened
   */
  static async open(stage: Stage, { host, chat }: PublishedAddress): Promise<HeldConnection> {
    const silent = stage.kind === "current" ? ["--silent"] : [];
    const held = new HeldConnection(
      accompany<HoldEvent>([...stage.client, "hold", host, String(chat), ...silent]),
    );
    await held.#opened.promise;
    return held;
  }

  stop(): void {
    this.#companion.stop();
  }

  async #follow(): Promise<void> {
    for await (const event of this.#companion.events) this.#note(event);
    this.#opened.reject(
      new DemoError("the client that holds a connection ended before it was open"),
    );
  }

  #note(event: HoldEvent): void {
    switch (event.event) {
      case "open":
        this.#opened.resolve();
        break;
      case "beat":
        this.echoes = event.echoes;
        break;
      case "closed":
        this.closed = event;
        this.#ended.resolve(event);
        this.echoes = event.echoes;
        break;
      case "failed":
        this.#opened.reject(
          new DemoError(`a connection to hold can't be opened: ${event.message}`),
        );
        break;
    }
  }
}

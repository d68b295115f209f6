import { waitFor } from "../../../tooling/wait-for.ts";
import { EventReader, type SentEvent } from "../../../src/web/event-stream.ts";

/** Somebody's open page, as the bytes that it gets. */
export class OpenStream {
  readonly events: SentEvent[] = [];
  /** All that came, as text. */
  text = "";
  isOver = false;
  readonly #stop: AbortController;

  private constructor(body: ReadableStream<Uint8Array>, stop: AbortController) {
    this.#stop = stop;
    void this.#read(body);
  }

  /** @throws Error where it is refused */
  static async open(origin: string, token: string, lastEventId?: string): Promise<OpenStream> {
    const stop = new AbortController();
    const response = await fetch(`${origin}/api/stream`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      },
      signal: stop.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`refused: ${response.status}`);
    return new OpenStream(response.body, stop);
  }

  /** The first event of this name, once it is there. */
  async first(name: string): Promise<SentEvent> {
    return waitFor(`an event ${name}`, async () => this.events.find((each) => each.name === name));
  }

  /** The last id that it was given. */
  get id(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id;
  }

  close(): void {
    this.#stop.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const [events, decoder] = [new EventReader(), new TextDecoder()];
    try {
      for await (const piece of body) {
        const text = decoder.decode(piece, { stream: true });
        this.text += text;
        this.events.push(...events.read(text));
      }
    } catch {
      // It was cut, by whomever.
    }
    this.isOver = true;
  }
}

/** One request, as the answer that it gets. */
export async function asked(
  origin: string,
  path: string,
  token?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${origin}${path}`, {
    headers,
    signal: AbortSignal.timeout(20_000),
  });
  if (path === "/api/stream" && response.ok) {
    await response.body?.cancel();
    return { status: response.status, text: "" };
  }
  return { status: response.status, text: await response.text() };
}

// Server-sent events as text (WHATWG HTML, "Server-sent events"): both ends of it.

/** One event, as it was sent. */
export interface SentEvent {
  readonly name: string;
  /** Undefined where it has none: it can't be resumed from. */
  readonly id: string | undefined;
  readonly data: string;
}

/** An event as text. Its data is one line, as JSON is. */
export function eventText({ name, id, data }: SentEvent): string {
  const named = id === undefined ? "" : `id: ${id}\n`;
  return `${named}event: ${name}\ndata: ${data}\n\n`;
}

/** Reads events from text that comes in pieces. */
export class EventReader {
  #rest = "";

  /** The events that this piece completes. */
  read(piece: string): readonly SentEvent[] {
    const blocks = (this.#rest + piece).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => parsed(block) ?? []);
  }
}

function parsed(block: string): SentEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const [name, data] = [fields.get("event"), fields.get("data")];
  return name === undefined || data === undefined
    ? undefined
    : { name, id: fields.get("id"), data };
}

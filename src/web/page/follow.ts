import { EventReader, type SentEvent } from "../event-stream.ts";
import type { Board, BoardChange, Freshness, Refused, SessionCounts } from "../wire.ts";
import { type State, withBoard, withChange, withSessions } from "./state.ts";
import type { PageStore } from "./store.ts";

/** The operator says something every 15 s: after this long (ms) the connection is dead. */
const silenceMs = 45_000;
const pauses = { firstMs: 1000, longestMs: 30_000 };

/** Follows the operator's stream until `stop` fires, or until it lets the viewer see nothing. */
export async function follow(
  store: PageStore,
  token: string | undefined,
  stop: AbortSignal,
): Promise<void> {
  let seen: string | undefined;
  let pauseMs = pauses.firstMs;
  const remember = (id: string | undefined) => {
    pauseMs = pauses.firstMs;
    seen = id ?? seen;
  };
  while (!stop.aborted) {
    const end = await once({ store, token, seen, stop, remember }).catch(() => "Cut" as const);
    if (stop.aborted || end === "Refused") return;
    store.change((state) => ({ ...state, link: { kind: "Cut" } }));
    await pause(pauseMs * (0.75 + Math.random() / 2), stop);
    pauseMs = Math.min(pauses.longestMs, pauseMs * 2);
  }
}

interface Turn {
  readonly store: PageStore;
  readonly token: string | undefined;
  readonly seen: string | undefined;
  readonly stop: AbortSignal;
  readonly remember: (id: string | undefined) => void;
}

/** One connection, to its end. */
async function once({ store, token, seen, stop, remember }: Turn): Promise<"Cut" | "Refused"> {
  const silence = new AbortController();
  const heard = watchdog(silence);
  const response = await fetch("api/stream", {
    headers: {
      ...headersOf(token),
      ...(seen === undefined ? {} : { "last-event-id": seen }),
    },
    cache: "no-store",
    redirect: "manual",
    signal: AbortSignal.any([stop, silence.signal]),
  });
  if (!isStream(response)) return refusedBy(response, store);
  if (response.body === null) return "Cut";
  store.change((state) => ({ ...state, link: { kind: "Live" } }));
  return read({ store, body: response.body, remember, heard });
}

interface Reading {
  readonly store: PageStore;
  readonly body: ReadableStream<Uint8Array>;
  readonly remember: (id: string | undefined) => void;
  readonly heard: () => void;
}

async function read({ store, body, remember, heard }: Reading): Promise<"Cut" | "Refused"> {
  const [pieces, decoder, events] = [body.getReader(), new TextDecoder(), new EventReader()];
  let end: "Cut" | "Refused" = "Cut";
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return end;
    heard();
    for (const event of events.read(decoder.decode(value, { stream: true }))) {
      if (event.name === "refused") end = "Refused";
      remember(event.id);
      store.change((state) => withEvent(state, event));
    }
  }
}

function isStream({ ok, headers }: Response): boolean {
  return ok && (headers.get("content-type") ?? "").startsWith("text/event-stream");
}

/** Whatever is neither a stream nor our own refusal comes from a proxy that wants a new sign-in. */
async function refusedBy(response: Response, store: PageStore): Promise<"Cut" | "Refused"> {
  const refused = (await response.json().catch(() => undefined)) as Refused | undefined;
  if (refused?.why === "Busy" || response.status >= 500) return "Cut";
  const link =
    refused?.why === undefined
      ? ({ kind: "SignedOut" } as const)
      : ({ kind: "Refused", refused } as const);
  store.change((state) => ({ ...state, link, fleets: undefined, pools: undefined }));
  return "Refused";
}

function withEvent(state: State, { name, data }: SentEvent): State {
  const read = JSON.parse(data) as unknown;
  switch (name) {
    case "board":
      return withBoard(state, read as Board);
    case "change":
      return withChange(state, read as BoardChange);
    case "sessions":
      return withSessions(state, read as SessionCounts);
    case "now":
      return { ...state, freshness: read as Freshness };
    case "refused":
      return {
        ...state,
        link: { kind: "Refused", refused: read as Refused },
        fleets: undefined,
        pools: undefined,
      };
    default:
      return state;
  }
}

/** The header that says who asks; none where a proxy adds it. */
export function headersOf(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function watchdog(silence: AbortController): () => void {
  let timer = setTimeout(() => silence.abort(), silenceMs);
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceMs);
  };
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

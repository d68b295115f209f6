import { DurationError, parseDuration } from "../values/time.ts";
import { present } from "../values/present.ts";
import { ApiClient } from "./client.ts";
import { Connection } from "./connection.ts";
import { ConnectionError } from "./errors.ts";
import type { Choice } from "./kubeconfig/target.ts";
import type { TransportOptions } from "./transport.ts";

/** What a person chooses of a connection, as kubectl's flags of the same names. */
export interface ConnectOptions extends Choice {
  /** As kubectl reads it: `30`, `30s`, `1m30s`; `0` is no limit. */
  readonly requestTimeout?: string | undefined;
}

/** A way to call one API server. */
export interface Connected {
  readonly client: ApiClient;
  /** The namespace that is meant where none is named. */
  readonly namespace: string;
  /** Something leads out of here through a proxy: whoever set it may want nothing to go direct. */
  readonly isProxied: boolean;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Node's timers know no more (ms): 24 days. */
const longestMs = 2 ** 31 - 1;

/**
 * Finds the cluster and the credentials that kubectl would use. A credential plugin runs here, where
 * it has as much time as a person needs.
 * @param stop after it fires, no further call leaves
 * @throws ConnectionError that names what is wrong
 */
export async function connect(
  { requestTimeout, ...choice }: ConnectOptions,
  transport: TransportOptions,
  stop: AbortSignal = new AbortController().signal,
): Promise<Connected> {
  const deadlineMs = requestTimeout === undefined ? undefined : timeoutMs(requestTimeout);
  const connection = Connection.by(choice);
  await connection.open("calls");
  return {
    client: new ApiClient(connection, stop, { ...transport, ...present({ deadlineMs }) }),
    namespace: connection.namespace,
    isProxied: connection.isProxied,
    close: async () => connection.close(),
  };
}

function timeoutMs(text: string): number {
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : durationMs(text);
  return ms === 0 ? longestMs : Math.min(ms, longestMs);
}

function durationMs(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    if (cause instanceof DurationError)
      throw new ConnectionError("--request-timeout: write it like 30, 30s or 1m30s", { cause });
    throw cause;
  }
}

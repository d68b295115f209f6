import { request } from "undici";
import type { KubeObject } from "../manifests/objects.ts";
import type { Connection } from "./connection.ts";
import { ApiError, ApiUnreachableError, apiError, isTransient, NotFoundError } from "./errors.ts";
import { type ObjectKey, type Resource, apiVersionOf, collectionPath, keyOf, objectPath } from "./resource.ts";
import { type WatchEvent, watchEvents } from "./watch-stream.ts";

export type Verb = "get" | "list" | "watch" | "create" | "apply" | "delete" | "evict";

/** One call has this long in all, its retries included (ms). */
const callDeadlineMs = 30_000;
const retries = 3;

export interface Page<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken: string | undefined;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continueToken?: string | undefined;
}

export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
}

/** Only the object that was looked at may be touched: another one of that name, or (with resourceVersion) a newer state, is a conflict. */
export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion?: string;
}

interface Call {
  readonly verb: Verb;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Record<string, string | undefined>;
  readonly body?: unknown;
  readonly accept?: string;
}

export interface ApiClientOptions {
  /** Waits `ms`, or until `signal` fires. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

/** Calls the API server over few pooled connections. Every failure is an ApiError or an ApiUnreachableError. */
export class ApiClient {
  readonly #connection: Connection;
  readonly #options: ApiClientOptions;
  readonly #stop: AbortSignal;

  /** After `stop` fires no further call leaves the process. */
  constructor(connection: Connection, stop: AbortSignal, options: ApiClientOptions) {
    this.#connection = connection;
    this.#stop = stop;
    this.#options = options;
  }

  /** The object, or undefined where there is none. */
  async get<T extends KubeObject>(of: Resource<T>, key: ObjectKey): Promise<T | undefined> {
    try {
      return await this.#json<T>({ verb: "get", method: "GET", path: objectPath(of, key) });
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** One page of a consistent list. `metadataOnly` leaves spec, status and data on the server. */
  async list<T extends KubeObject>(of: Resource<T>, options: ListOptions, metadataOnly = false): Promise<Page<T>> {
    const query = { labelSelector: options.labelSelector, limit: options.limit?.toString(), continue: options.continueToken };
    const path = collectionPath(of, options.namespace);
    const accept = metadataOnly ? "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" : "application/json";
    const list = await this.#json<{ items?: T[]; metadata: { resourceVersion: string; continue?: string } }>({
      verb: "list",
      method: "GET",
      path,
      query,
      accept,
    });
    // A list leaves out what its items have in common.
    const common = { apiVersion: apiVersionOf(of), kind: of.kind };
    const items = (list.items ?? []).map((item) => ({ ...item, ...common }));
    return {
      items,
      resourceVersion: list.metadata.resourceVersion,
      continueToken: list.metadata.continue === "" ? undefined : list.metadata.continue,
    };
  }

  /** Follows changes from a version on, until the server ends the stream or `signal` fires. */
  async *watch<T extends KubeObject>(
    of: Resource<T>,
    options: WatchOptions,
    signal: AbortSignal,
    metadataOnly = false,
  ): AsyncGenerator<WatchEvent<T>> {
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      labelSelector: options.labelSelector,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds.toString(),
    };
    const accept = metadataOnly ? "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" : "application/json";
    const call: Call = { verb: "watch", method: "GET", path: collectionPath(of, options.namespace), query, accept };
    const body = await this.#send(call, AbortSignal.any([signal, this.#stop]), "watches");
    yield* watchEvents<T>(describe(call), stream(describe(call), body));
  }

  /** Creates an object; a ConflictError says that the name is taken. Never sent twice unless the server surely refused the first. */
  async create<T extends KubeObject>(of: Resource<T>, object: T, fieldManager: string): Promise<T> {
    const path = collectionPath(of, object.metadata.namespace);
    return this.#json<T>({ verb: "create", method: "POST", path, query: { fieldManager }, body: object });
  }

  /**
   * Server-side apply: makes the fields in `object` so, and removes those that this field manager set before and leaves out now.
   * With `metadata.uid` it touches only that very object; with `metadata.resourceVersion` only that very state.
   */
  async apply<T extends KubeObject>(of: Resource<T>, object: KubeObject, fieldManager: string, subresource?: "status"): Promise<T> {
    const path = objectPath(of, keyOf(object), subresource);
    return this.#json<T>({ verb: "apply", method: "PATCH", path, query: { fieldManager, force: "true" }, body: object });
  }

  /** Deletes one very object. That it is gone already is no error. */
  async delete(of: Resource<KubeObject>, key: ObjectKey, preconditions: Preconditions): Promise<void> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions, propagationPolicy: "Background" };
    try {
      await this.#json({ verb: "delete", method: "DELETE", path: objectPath(of, key), body });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  /** Asks for a pod's end with respect for its PodDisruptionBudget (429 when the budget is spent). */
  async evict(pods: Resource<KubeObject>, key: ObjectKey, uid: string): Promise<void> {
    const metadata = { name: key.name, namespace: key.namespace };
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata, deleteOptions: { preconditions: { uid } } };
    await this.#json({ verb: "evict", method: "POST", path: objectPath(pods, key, "eviction"), body });
  }

  /** A GET of any path, as JSON. */
  async raw<T>(path: string): Promise<T> {
    return this.#json<T>({ verb: "get", method: "GET", path });
  }

  async #json<T>(call: Call): Promise<T> {
    const signal = AbortSignal.any([this.#stop, AbortSignal.timeout(callDeadlineMs)]);
    for (let failures = 0; ; failures++) {
      try {
        const body = await this.#send(call, signal, "calls");
        return (await body.json()) as T;
      } catch (thrown) {
        const error = reachable(call, thrown);
        if (failures >= retries || signal.aborted || !mayRepeat(call, error)) throw error;
        await this.#options.sleep(this.#pauseMs(error, failures), signal);
      }
    }
  }

  async #send(call: Call, signal: AbortSignal, use: "calls" | "watches", forget = false): Promise<ResponseBody> {
    const { dispatcher, headers } = await this.#connection.open(use, forget);
    const query = Object.fromEntries(Object.entries(call.query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined));
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const contentType = call.method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const response = await request(this.#connection.server + call.path, {
      method: call.method,
      query,
      headers: {
        ...headers,
        accept: call.accept ?? "application/json",
        "user-agent": "proxyfleet",
        ...(body === null ? {} : { "content-type": contentType }),
      },
      body,
      dispatcher,
      signal,
    });
    if (response.statusCode < 300) return response.body;
    const text = await response.body.text();
    if (response.statusCode === 401 && !forget) return this.#send(call, signal, use, true);
    const retryAfter = response.headers["retry-after"];
    throw apiError(describe(call), response.statusCode, text, typeof retryAfter === "string" ? retryAfter : undefined);
  }

  #pauseMs(error: unknown, failures: number): number {
    const wish = error instanceof ApiError ? error.retryAfterMs : undefined;
    return wish ?? 100 * 2 ** failures * (1 + this.#options.random());
  }
}

interface ResponseBody extends AsyncIterable<Uint8Array> {
  json(): Promise<unknown>;
}

function describe(call: Call): string {
  return `${call.verb} ${call.path}`;
}

/** A create may have been carried out although its answer was lost, so it is repeated only when the server refused it. */
function mayRepeat(call: Call, error: unknown): boolean {
  if (call.method === "POST") return error instanceof ApiError && error.status === 429 && call.verb === "create";
  return isTransient(error);
}

function reachable(call: Call, error: unknown): unknown {
  return error instanceof Error && !(error instanceof ApiError)
    ? new ApiUnreachableError(`${describe(call)} got no answer`, { cause: error })
    : error;
}

async function* stream(call: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new ApiUnreachableError(`${call} was cut`, { cause });
  }
}

// kubernetes: a client of the API server, with caches, a leader election and the types of the
// objects that go over the wire. It knows nothing of Proxyfleet's kinds and would serve another
// operator as well. Start here: a Reflector feeds a Store through this client.

import type { KubeObject } from "./objects.ts";
import type { Connection } from "./connection.ts";
import { NotFoundError } from "./errors.ts";
import {
  type ObjectKey,
  type Resource,
  apiVersionOf,
  collectionPath,
  keyOf,
  objectPath,
} from "./resource.ts";
import { type Call, Transport, type TransportOptions, describe } from "./transport.ts";
import { type WatchEvent, watchEvents } from "./watch-stream.ts";

export interface Page<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken: string | undefined;
}

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continueToken?: string | undefined;
  /** Leaves spec, status and data on the server. */
  readonly metadataOnly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** Leaves spec, status and data on the server. */
  readonly metadataOnly?: boolean | undefined;
}

/**
 * Only the object that was looked at may be touched: another one of that name, or (with
 * resourceVersion) a newer state, is a conflict.
 */
export interface Preconditions {
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** What a pod is asked for, and how long its answer may be and take. */
export interface PodQuestion {
  readonly port: number;
  readonly path: string;
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/** Which lines of a log: the newest, and no more than these. */
export interface LogQuestion {
  readonly container: string;
  readonly lines: number;
  readonly mostBytes: number;
  /** Of the container that ran before, and crashed. */
  readonly isPrevious?: boolean;
}

export interface ApplyAs {
  /** The name under which the fields are owned. */
  readonly fieldManager: string;
  readonly subresource?: "status" | undefined;
}

export interface Patch {
  /** The only state of the only object that the change is made for. */
  readonly state: Required<Preconditions>;
  readonly change: {
    readonly metadata: object;
    /** Of a Secret or a ConfigMap. */
    readonly data?: Readonly<Record<string, string>>;
    readonly spec?: object;
  };
  /** The name under which the changed fields are owned. */
  readonly fieldManager: string;
  /** The server checks it, and writes nothing. */
  readonly dryRun?: boolean;
}

/** Which very object is deleted, and whether the server only checks that it could be. */
export interface Deletion extends Preconditions {
  readonly dryRun?: boolean;
}

/**
 * Calls the API server over few pooled connections. Every failure is an ApiError, an
 * ApiUnreachableError or a NotLeadingError.
 */
export class ApiClient {
  readonly #transport: Transport;

  /** After `stop` fires no further call leaves the process. */
  constructor(connection: Connection, stop: AbortSignal, options: TransportOptions) {
    this.#transport = new Transport(connection, stop, options);
  }

  /** The object, or undefined where there is none. */
  async get<T extends KubeObject>(
    of: Resource<T>,
    key: ObjectKey,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await this.#transport.json<T>({
        verb: "get",
        method: "GET",
        resource: of.plural,
        path: objectPath(of, key),
        signal,
      });
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** One page of a consistent list. */
  async list<T extends KubeObject>(of: Resource<T>, options: ListOptions): Promise<Page<T>> {
    const query = {
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      limit: options.limit?.toString(),
      continue: options.continueToken,
    };
    const path = collectionPath(of, options.namespace);
    const accept = options.metadataOnly
      ? "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
      : "application/json";
    const list = await this.#transport.json<{
      items?: T[];
      metadata: { resourceVersion: string; continue?: string };
    }>({
      verb: "list",
      method: "GET",
      resource: of.plural,
      path,
      query,
      accept,
      signal: options.signal,
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
  ): AsyncGenerator<WatchEvent<T>> {
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds.toString(),
    };
    const accept = options.metadataOnly
      ? "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
      : "application/json";
    const path = collectionPath(of, options.namespace);
    const call: Call = {
      verb: "watch",
      method: "GET",
      resource: of.plural,
      path,
      query,
      accept,
      signal,
    };
    yield* watchEvents<T>(describe(call), await this.#transport.stream(call));
  }

  /**
   * Creates an object; a ConflictError means that the name is taken. Never sent twice unless the
   * server certainly refused the first.
   */
  async create<T extends KubeObject>(of: Resource<T>, object: T, fieldManager: string): Promise<T> {
    const path = collectionPath(of, object.metadata.namespace);
    return this.#transport.json<T>({
      verb: "create",
      method: "POST",
      ...written(of),
      path,
      query: { fieldManager },
      body: object,
    });
  }

  /** Lets the server check an object as if it were created, and writes nothing. */
  async tryCreate<T extends KubeObject>(
    of: Resource<T>,
    object: T,
    fieldManager: string,
  ): Promise<T> {
    return this.#transport.json<T>({
      verb: "create",
      method: "POST",
      ...written(of),
      path: collectionPath(of, object.metadata.namespace),
      query: { fieldManager, dryRun: "All" },
      body: object,
    });
  }

  /**
   * Asks a question that is put as a creation, as a TokenReview is. Nothing is written, so a process
   * that does not lead may ask as well.
   */
  async review<T extends KubeObject>(of: Resource<T>, question: T): Promise<T> {
    return this.#transport.json<T>({
      verb: "create",
      method: "POST",
      ...written(of),
      path: collectionPath(of),
      body: question,
      isQuestion: true,
    });
  }

  /**
   * Server-side apply: makes the fields in `object` so, and removes those that this field manager
   * set before and leaves out now. With `metadata.uid` it touches only that very object; with
   * `metadata.resourceVersion` only that very state.
   */
  async apply<T extends KubeObject>(
    of: Resource<T>,
    object: KubeObject,
    { fieldManager, subresource }: ApplyAs,
  ): Promise<T> {
    const path = objectPath(of, keyOf(object), subresource);
    return this.#transport.json<T>({
      verb: "apply",
      method: "PATCH",
      ...written(of, subresource),
      path,
      query: { fieldManager, force: "true" },
      body: object,
    });
  }

  /**
   * JSON merge patch (RFC 7386): sets the members in `change`, whoever owns them; a list is
   * replaced as a whole. It is made for one very state of one very object: another one is a
   * ConflictError.
   */
  async patch<T extends KubeObject>(
    of: Resource<T>,
    key: ObjectKey,
    { state, change, fieldManager, dryRun = false }: Patch,
  ): Promise<T> {
    const { uid, resourceVersion } = state;
    const body = { ...change, metadata: { ...change.metadata, uid, resourceVersion } };
    const path = objectPath(of, key);
    return this.#transport.json<T>({
      verb: "patch",
      method: "PATCH",
      ...written(of),
      path,
      query: { fieldManager, dryRun: dryRun ? "All" : undefined },
      body,
    });
  }

  /** Deletes one very object. That it is gone already is no error. */
  async delete(
    of: Resource<KubeObject>,
    key: ObjectKey,
    { dryRun = false, ...preconditions }: Deletion,
  ): Promise<void> {
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions,
      propagationPolicy: "Background",
      ...(dryRun ? { dryRun: ["All"] } : {}),
    };
    try {
      await this.#transport.json({
        verb: "delete",
        method: "DELETE",
        ...written(of),
        path: objectPath(of, key),
        body,
      });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  /**
   * Asks for the end of one very pod with respect for its PodDisruptionBudget (429 when the budget
   * is spent).
   */
  async evict(
    pods: Resource<KubeObject>,
    key: ObjectKey,
    preconditions: Preconditions,
  ): Promise<void> {
    const metadata = { name: key.name, namespace: key.namespace };
    const body = {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata,
      deleteOptions: { preconditions },
    };
    const path = objectPath(pods, key, "eviction");
    await this.#transport.json({
      verb: "evict",
      method: "POST",
      ...written(pods, "eviction"),
      path,
      body,
    });
  }

  /**
   * What a port of a pod answers, passed on by the API server: JSON of any shape. The pod may be
   * anybody's, so the answer is bounded, and believed in nothing but its body.
   */
  async askPod(
    pods: Resource<KubeObject>,
    { namespace, name }: ObjectKey,
    { port, path, mostBytes, signal }: PodQuestion,
  ): Promise<unknown> {
    const pod = objectPath(pods, { namespace, name: `${name}:${port}` }, "proxy");
    return this.#transport.json<unknown>({
      verb: "get",
      method: "GET",
      resource: `${pods.plural}/proxy`,
      path: `${pod}${path}`,
      isPassedOn: true,
      mostBytes,
      signal,
    });
  }

  /** The last lines that a container of a pod has written, as text. */
  async podLog(
    pods: Resource<KubeObject>,
    key: ObjectKey,
    { container, lines, mostBytes, isPrevious = false }: LogQuestion,
  ): Promise<string> {
    return this.#transport.text({
      verb: "get",
      method: "GET",
      resource: `${pods.plural}/log`,
      path: objectPath(pods, key, "log"),
      query: {
        container,
        tailLines: String(lines),
        limitBytes: String(mostBytes),
        previous: isPrevious ? "true" : undefined,
      },
      accept: "*/*",
      mostBytes: 2 * mostBytes,
    });
  }

  /** A GET of any path, as JSON. */
  async raw<T>(path: string): Promise<T> {
    return this.#transport.json<T>({ verb: "get", method: "GET", resource: "raw", path });
  }
}

/**
 * How metrics count a write, and whether words of its refusal may be repeated. A read sends nothing
 * that they could quote.
 */
function written(
  { plural, holdsSecrets }: Resource<KubeObject>,
  subresource?: string,
): Pick<Call, "resource" | "isSecret"> {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return { resource, isSecret: holdsSecrets === true };
}

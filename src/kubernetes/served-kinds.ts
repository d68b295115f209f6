import { explainError } from "../values/errors.ts";
import { NotFoundError } from "./errors.ts";

/** Kinds that others install, as `group/version/plural`, such as `metallb.io/v1beta1/communities`. */
export class ServedKinds {
  readonly #served = new Map<string, ReadonlySet<string>>();

  /** Whether the server was last seen to have the kind. False, too, before it was asked. */
  has(kind: string): boolean {
    return this.#served.get(groupVersionOf(kind))?.has(kind) ?? false;
  }

  /** Takes in all kinds of a group's version; none where the server does not have it. */
  record(groupVersion: string, plurals: readonly string[]): void {
    this.#served.set(groupVersion, new Set(plurals.map((plural) => `${groupVersion}/${plural}`)));
  }
}

export interface FollowKindsOptions {
  readonly client: { raw<T>(path: string): Promise<T> };
  readonly into: ServedKinds;
  /** The kinds to look for, as `group/version/plural`. */
  readonly kinds: readonly string[];
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: { debug(fields: object, message: string): void };
}

/** Between two looks (ms): others are upgraded rarely. */
const lookEveryMs = 300_000;

/**
 * Asks the server which kinds it has, again and again until `signal` fires. That takes no right: any
 * account may ask (Kubernetes documentation, "Using RBAC Authorization", "API discovery roles").
 * What can't be read stays as it was known.
 */
export async function followServedKinds(
  { client, into, kinds, sleep, log }: FollowKindsOptions,
  signal: AbortSignal,
): Promise<void> {
  const groupVersions = new Set(kinds.map(groupVersionOf));
  while (!signal.aborted) {
    for (const groupVersion of groupVersions)
      try {
        into.record(groupVersion, await readKinds(client, groupVersion));
      } catch (error) {
        log.debug({ groupVersion, error: explainError(error) }, "kinds could not be read");
      }
    await sleep(lookEveryMs, signal);
  }
}

function groupVersionOf(kind: string): string {
  return kind.slice(0, kind.lastIndexOf("/"));
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[];
}

async function readKinds(
  client: FollowKindsOptions["client"],
  groupVersion: string,
): Promise<readonly string[]> {
  try {
    const { resources = [] } = await client.raw<ResourceList>(`/apis/${groupVersion}`);
    return resources.map(({ name }) => name);
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

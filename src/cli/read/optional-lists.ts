import type { ApiClient, ListOptions } from "../../kubernetes/client.ts";
import { ForbiddenError, NotFoundError } from "../../kubernetes/errors.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import type { Resource } from "../../kubernetes/resource.ts";
import { yieldToEventLoop } from "../../runtime/clock.ts";
import { type Right, rightText } from "../call/missing-right.ts";

type Client = Pick<ApiClient, "list">;
const pageSize = 500;

/** Lists that a command can do without: it shows less then, and says so. */
export class OptionalLists {
  readonly #client: Client;
  readonly #missing: string[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  /** What could not be read, as rights. */
  get missing(): readonly string[] {
    return this.#missing.toSorted();
  }

  /** Notes that something else could not be read. */
  lacks(right: Right): void {
    this.#missing.push(rightText(right));
  }

  /** Undefined where there is no right to read it. A kind that is not installed has no objects. */
  async list<T extends KubeObject>(
    of: Resource<T>,
    options: ListOptions = {},
    prepare?: (item: T) => void,
  ): Promise<readonly T[] | undefined> {
    try {
      return await listAll(this.#client, of, { ...options, prepare });
    } catch (error) {
      if (error instanceof NotFoundError) return [];
      if (!(error instanceof ForbiddenError)) throw error;
      this.lacks({ verb: "list", of, namespace: options.namespace });
      return undefined;
    }
  }
}

/** How a list is read; `prepare` is done with each item while the server works on the next page. */
interface Listing<T> extends ListOptions {
  readonly prepare?: ((item: T) => void) | undefined;
}

/** All objects of a kind, page by page. @throws errors of the API client */
export async function listAll<T extends KubeObject>(
  client: Client,
  of: Resource<T>,
  { prepare, ...options }: Listing<T>,
): Promise<readonly T[]> {
  const items: T[] = [];
  const ask = async (continueToken: string | undefined) =>
    client.list(of, { limit: pageSize, continueToken, ...options });
  for (let next = ask(undefined); ;) {
    const page = await next;
    items.push(...page.items);
    if (page.continueToken === undefined) return items;
    next = ask(page.continueToken);
    if (prepare === undefined) continue;
    // Whether it failed is seen when its page is wanted.
    next.catch(() => undefined);
    await yieldToEventLoop();
    page.items.forEach(prepare);
  }
}

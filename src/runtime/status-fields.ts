import type { ApiClient } from "../kubernetes/client.ts";
import { type FieldSchema, declaredPart, schemaOf } from "../kubernetes/declared-fields.ts";
import { type Resource, apiVersionOf } from "../kubernetes/resource.ts";
import type { KubeObject } from "../kubernetes/objects.ts";

/**
 * What a kind lacks is remembered for this long (ms). Then all is tried again: an admin may have
 * brought the CustomResourceDefinition up to date meanwhile.
 */
const rememberMs = 10 * 60_000;

interface Known {
  readonly schema: FieldSchema;
  readonly until: number;
}

/** What of a status can be written. `untilMs`: how long from now that is known; absent: all can. */
export interface WritableStatus {
  readonly status: object;
  readonly untilMs?: number;
}

export interface StatusFieldsOptions {
  readonly client: Pick<ApiClient, "raw">;
  /** Never goes back (ms). */
  readonly clock: () => number;
  /** A kind was found to lack fields: its CustomResourceDefinition is older than this program. */
  readonly onOutdated: (of: Resource<KubeObject>) => void;
}

/**
 * Which fields of a status the server knows. It refuses an apply as a whole for one field that a
 * CustomResourceDefinition does not declare, so an operator that is newer than it leaves these out:
 * a status that says less serves people better than none.
 */
export class StatusFields {
  readonly #options: StatusFieldsOptions;
  readonly #known = new Map<string, Known>();
  readonly #learning = new Map<string, Promise<void>>();

  constructor(options: StatusFieldsOptions) {
    this.#options = options;
  }

  /** The part of a status that can be written, as far as the server has refused more. */
  writable(of: Resource<KubeObject>, status: object): WritableStatus {
    const known = this.#known.get(nameOf(of));
    const untilMs = (known?.until ?? 0) - this.#options.clock();
    if (known === undefined || untilMs <= 0) return { status };
    const { status: part } = declaredPart({ status }, known.schema) as { status?: object };
    return { status: part ?? {}, untilMs };
  }

  /** The server refused a field: reads what it declares. @throws errors of the API client */
  async learn(of: Resource<KubeObject>): Promise<void> {
    const name = nameOf(of);
    const learning = this.#learning.get(name) ?? this.#read(of);
    this.#learning.set(name, learning);
    return learning;
  }

  async #read(of: Resource<KubeObject>): Promise<void> {
    const { client, clock, onOutdated } = this.#options;
    try {
      const schema = await schemaOf(client, of);
      if (schema === undefined) return;
      this.#known.set(nameOf(of), { schema, until: clock() + rememberMs });
      onOutdated(of);
    } finally {
      this.#learning.delete(nameOf(of));
    }
  }
}

function nameOf(of: Resource<KubeObject>): string {
  return `${apiVersionOf(of)} ${of.kind}`;
}

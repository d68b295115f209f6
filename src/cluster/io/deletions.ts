import type { Logger } from "pino";
import { group } from "../../api/names.ts";
import { addresses, fleets, pools } from "../../api/resources.ts";
import { customResourceDefinitions } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText } from "../../kubernetes/resource.ts";
import type { Inquiries } from "../../runtime/inquiries.ts";
import { explainError } from "../../values/errors.ts";
import type { Instant } from "../../values/time.ts";
import { type Deletion, type DeletionAnswer, deletionOf } from "../deletion.ts";

/**
 * Those of the kinds that serve people. A VantagePoint only measures, and installations that are
 * older than this kind have no definition of it: deletions must not be held there.
 */
const definitionNames = [fleets, pools, addresses].map(({ plural }) => `${plural}.${group}`);

export interface DeletionsOptions {
  readonly client: Pick<ApiClient, "get">;
  readonly inquiries: Inquiries<DeletionAnswer>;
  readonly now: () => Instant;
  readonly log: Logger;
}

/** Asks the server why objects of ours are being deleted: by a person, or with their CRD. */
export class Deletions {
  readonly #options: DeletionsOptions;

  constructor(options: DeletionsOptions) {
    this.#options = options;
  }

  /** What an object's deletion means, as far as the server was asked. */
  of(object: KubeObject): Deletion {
    return deletionOf(object, this.#options.inquiries.answer(subjectOf(object)));
  }

  /** Asks, and calls `answered` once an answer is there, or none came. */
  ask(object: KubeObject, answered: () => void): void {
    const { inquiries, now, log } = this.#options;
    const { uid = "" } = object.metadata;
    const run = async (): Promise<DeletionAnswer> => {
      const found = await this.#look();
      if (found.definitions.length > 0)
        log.warn(
          { object: subjectOf(object), definitions: found.definitions },
          "a CustomResourceDefinition is being deleted: the deletion of its objects is held",
        );
      return { uid, ...found, at: now() };
    };
    inquiries.ask(subjectOf(object), run, answered);
  }

  /**
   * A definition is marked before its objects are, so what is read after an object was seen to be
   * deleted tells for sure.
   */
  async #look(): Promise<Pick<DeletionAnswer, "definitions" | "unread">> {
    try {
      const found = await Promise.all(definitionNames.map(async (name) => this.#isLeaving(name)));
      return { definitions: definitionNames.filter((_, at) => found[at]), unread: undefined };
    } catch (error) {
      const unread = `the operator could not read the CustomResourceDefinitions of Proxyfleet, and so can't tell whether a person deleted this: it is kept. Give the operator the rights of its chart. The API server says: ${explainError(error)}`;
      this.#options.log.warn({ error: explainError(error) }, "a deletion is held");
      return { definitions: [], unread };
    }
  }

  async #isLeaving(name: string): Promise<boolean> {
    const definition = await this.#options.client.get(customResourceDefinitions, { name });
    return definition === undefined || definition.metadata.deletionTimestamp !== undefined;
  }
}

function subjectOf(object: KubeObject): string {
  return `${object.kind} ${keyText(keyOf(object))}`;
}

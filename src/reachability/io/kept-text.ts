import type { Logger } from "pino";
import { managedBy } from "../../api/names.ts";
import { configMaps } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ForbiddenError } from "../../kubernetes/errors.ts";
import type { ConfigMap } from "../../kubernetes/objects.ts";
import { explainError } from "../../values/errors.ts";

/** A text that outlives the process. */
export interface KeptText {
  /**
   * Undefined where nothing was ever kept; empty where a right is missing: that is said in the log.
   * @throws other errors of the API client
   */
  read(log: Logger): Promise<string | undefined>;
  /** @throws errors of the API client */
  write(text: string): Promise<void>;
}

/** Where a text is kept. */
export interface KeptTextPlace {
  /** The operator's own namespace. */
  readonly namespace: string;
  readonly name: string;
  /** In the ConfigMap's data. */
  readonly field: string;
  readonly fieldManager: string;
  /** What is in it, and what follows where it can't be read, for the log. */
  readonly ifUnread: string;
}

/** Keeps a text in a ConfigMap, of at most 1 MiB. */
export function configMapText(
  client: Pick<ApiClient, "get" | "apply">,
  { namespace, name, field, fieldManager, ifUnread }: KeptTextPlace,
): KeptText {
  return {
    async read(log) {
      try {
        const kept = await client.get(configMaps, { namespace, name });
        return kept && (kept.data?.[field] ?? "");
      } catch (error) {
        if (!(error instanceof ForbiddenError)) throw error;
        const remedy = "give the operator the rights of this version's chart";
        log.warn({ error: explainError(error) }, `${ifUnread}: ${remedy}`);
        return "";
      }
    },
    async write(text) {
      const object: ConfigMap = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace, name, labels: managedBy },
        data: { [field]: text },
      };
      await client.apply(configMaps, object, { fieldManager });
    },
  };
}

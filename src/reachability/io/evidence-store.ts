import type { Logger } from "pino";
import { evidenceName, fieldManagers, managedBy } from "../../api/names.ts";
import { configMaps } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ForbiddenError } from "../../kubernetes/errors.ts";
import type { ConfigMap } from "../../kubernetes/objects.ts";
import { explainError } from "../../values/errors.ts";
import type { Instant } from "../../values/time.ts";
import type { Evidence } from "../evidence.ts";
import { decodeLog, encodeLog } from "../evidence-encoding.ts";
import type { EvidenceLog } from "../evidence-log.ts";

/** Where evidence outlives the process. */
export interface EvidenceStore {
  /** @throws errors of the API client, but for a right that is missing */
  read(log: Logger): Promise<readonly Evidence[]>;
  /** @throws errors of the API client */
  write(evidence: EvidenceLog, now: Instant): Promise<void>;
}

const field = "log";

/** Keeps evidence in a ConfigMap of the operator's namespace. */
export function configMapStore(
  client: Pick<ApiClient, "get" | "apply">,
  namespace: string,
): EvidenceStore {
  const name = evidenceName;
  return {
    async read(log) {
      try {
        const kept = await client.get(configMaps, { namespace, name });
        return decodeLog(kept?.data?.[field] ?? "");
      } catch (error) {
        if (!(error instanceof ForbiddenError)) throw error;
        log.warn({ error: explainError(error) }, noRightText);
        return [];
      }
    },
    async write(evidence, now) {
      const object: ConfigMap = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { namespace, name, labels: managedBy },
        data: { [field]: encodeLog(evidence, now) },
      };
      await client.apply(configMaps, object, { fieldManager: fieldManagers.evidence });
    },
  };
}

const noRightText =
  "evidence of before this start can't be read, so all is tested again: give the operator the rights of this version's chart";

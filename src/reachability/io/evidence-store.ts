import type { Logger } from "pino";
import { evidenceName, fieldManagers } from "../../api/names.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Instant } from "../../values/time.ts";
import type { Evidence } from "../evidence.ts";
import { decodeLog, encodeLog } from "../evidence-encoding.ts";
import type { EvidenceLog } from "../evidence-log.ts";
import { configMapText } from "./kept-text.ts";

/** Where evidence outlives the process. */
export interface EvidenceStore {
  /**
   * Undefined where nothing was ever kept.
   * @throws errors of the API client, but for a right that is missing
   */
  read(log: Logger): Promise<readonly Evidence[] | undefined>;
  /** @throws errors of the API client */
  write(evidence: EvidenceLog, now: Instant): Promise<void>;
}

/** Keeps evidence in a ConfigMap of the operator's namespace. */
export function configMapStore(
  client: Pick<ApiClient, "get" | "apply">,
  namespace: string,
): EvidenceStore {
  const kept = configMapText(client, {
    namespace,
    name: evidenceName,
    field: "log",
    fieldManager: fieldManagers.evidence,
    ifUnread: "evidence of before this start can't be read, so all is tested again",
  });
  return {
    read: async (log) => {
      const text = await kept.read(log);
      return text === undefined ? undefined : decodeLog(text);
    },
    write: async (evidence, now) => kept.write(encodeLog(evidence, now)),
  };
}

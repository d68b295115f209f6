import type { Logger } from "pino";
import { arrivalsName, fieldManagers } from "../../../api/names.ts";
import type { ApiClient } from "../../../kubernetes/client.ts";
import { configMapText } from "../../io/kept-text.ts";
import { decodeSlots, encodeSlots } from "../saved.ts";
import type { Remembered } from "../watch.ts";

/** Where what was learnt of slots outlives the process. */
export interface ArrivalsStore {
  /**
   * Undefined where nothing was ever kept.
   * @throws errors of the API client, but for a right that is missing
   */
  read(log: Logger): Promise<readonly Remembered[] | undefined>;
  /** @throws errors of the API client */
  write(remembered: readonly Remembered[]): Promise<void>;
}

/** Keeps it in a ConfigMap of the operator's namespace. */
export function configMapArrivals(
  client: Pick<ApiClient, "get" | "apply">,
  namespace: string,
): ArrivalsStore {
  const kept = configMapText(client, {
    namespace,
    name: arrivalsName,
    field: "slots",
    fieldManager: fieldManagers.arrivals,
    ifUnread: "the habits of slots can't be read, so they are learnt from scratch",
  });
  return {
    read: async (log) => {
      const text = await kept.read(log);
      return text === undefined ? undefined : decodeSlots(text);
    },
    write: async (remembered) => kept.write(encodeSlots(remembered)),
  };
}

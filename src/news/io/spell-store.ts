import type { Logger } from "pino";
import { fieldManagers, newsName } from "../../api/names.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { configMapText } from "../../reachability/io/kept-text.ts";
import { type Spell, decodeSpells, encodeSpells } from "../spells.ts";

/** Where it outlives the process since when something lasts. */
export interface SpellStore {
  /** @throws errors of the API client, but for a right that is missing */
  read(log: Logger): Promise<readonly Spell[]>;
  /** @throws errors of the API client */
  write(spells: readonly Spell[]): Promise<void>;
}

/** Keeps spells in a ConfigMap of the operator's namespace. */
export function configMapSpells(
  client: Pick<ApiClient, "get" | "apply">,
  namespace: string,
): SpellStore {
  const kept = configMapText(client, {
    namespace,
    name: newsName,
    field: "spells",
    fieldManager: fieldManagers.news,
    ifUnread: "what news were about before this start can't be read, so some may come again",
  });
  return {
    read: async (log) => decodeSpells((await kept.read(log)) ?? ""),
    write: async (spells) => kept.write(encodeSpells(spells)),
  };
}

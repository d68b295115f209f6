import type { CustomObject } from "../kubernetes/objects.ts";
import { dump } from "js-yaml";
import type { ApiClient } from "../kubernetes/client.ts";
import * as custom from "../api/resources.ts";
import { present } from "../values/present.ts";

/** Most entries in one answer of the API server. */
const pageSize = 500;

/**
 * All ledger entries as one List that kubectl apply takes, too: names, labels and specs. Their
 * status is left out, since the operator writes it again, and so is what only their old cluster
 * knows.
 */
export async function exportLedger(client: ApiClient, format: "yaml" | "json"): Promise<string> {
  const items = (await readLedger(client)).map(
    ({ apiVersion, kind, metadata: { name, labels }, spec }) => ({
      apiVersion,
      kind,
      metadata: present({ name, labels }),
      spec,
    }),
  );
  const list = { apiVersion: "v1", kind: "List", items };
  return format === "json" ? `${JSON.stringify(list, undefined, 2)}\n` : dump(list);
}

/** Reads the whole ledger from the API server, page by page. */
export async function readLedger(client: ApiClient): Promise<readonly CustomObject[]> {
  const entries: CustomObject[] = [];
  for (let continueToken: string | undefined; ;) {
    const page = await client.list(custom.addresses, {
      limit: pageSize,
      ...present({ continueToken }),
    });
    entries.push(...page.items);
    continueToken = page.continueToken;
    if (continueToken === undefined) return entries;
  }
}

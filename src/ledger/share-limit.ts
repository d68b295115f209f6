import * as resources from "../api/resources.ts";
import type { AtMost } from "../runtime/effect.ts";
import { shareOf } from "./ledger.ts";

/**
 * What must hold when an entry is made: its namespace has at most as many of its pool's addresses as
 * the pool allows (`perNamespace`; 0: any number), whoever else takes some at the same moment.
 */
export function shareLimit(
  perNamespace: number,
  share: { readonly pool: string; readonly namespace: string },
): readonly AtMost[] {
  if (perNamespace === 0) return [];
  const value = shareOf(share);
  return [{ kind: "atMost", of: resources.addresses, index: "share", value, count: perNamespace }];
}

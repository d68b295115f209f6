import { shortened } from "../values/shortened.ts";

/**
 * The longest text of an annotation's request that a status keeps in full (characters): an
 * annotation may be 256 KiB, and no CRD can bound it.
 */
export const longestRequest = 4096;

/** Whose turn a request is. `why` goes on behind the annotation's name. */
export type RequestedSlots =
  | { readonly kind: "slots"; readonly slots: readonly number[] }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Reads for which slots an annotation asks: `<slot>@<text>` for one, `<any text without @>` for all.
 * Whoever writes an `@` means one slot: a slip there must not move all groups.
 */
export function requestedSlots(text: string, count: number): RequestedSlots {
  if (text.length > longestRequest) return refused(`is longer than ${longestRequest} characters`);
  const end = text.indexOf("@");
  if (end < 0) return { kind: "slots", slots: Array.from({ length: count }, (_, slot) => slot) };
  const named = shortened(text.slice(0, end), 64);
  if (!/^\d+$/.test(named)) return refused(`has "${named}" before its @, which is no slot`);
  if (Number(named) < count) return { kind: "slots", slots: [Number(named)] };
  return refused(`names slot ${named}, which the fleet does not have`);

  function refused(what: string): RequestedSlots {
    const slots = count === 1 ? "0" : `0 to ${count - 1}`;
    const why = `${what}: write a slot (${slots}) before the @, such as "0@2026-11-23T10:00:00Z", or a text without @ for all slots`;
    return { kind: "refused", why };
  }
}

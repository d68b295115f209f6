import { longestRequest } from "../api/requests.ts";
import { hashOf } from "../kubernetes/difference.ts";
import { shortened } from "../values/shortened.ts";

/**
 * A request's text as a status keeps it, so that it is answered once: of a text that is too long
 * its beginning, and a hash that stands for the rest.
 */
export function keptRequest(text: string): string {
  if (text.length <= longestRequest) return text.toWellFormed();
  return `${shortened(text, 100)}… (${hashOf(text)})`;
}

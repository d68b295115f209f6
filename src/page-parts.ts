import type { PageParts } from "./pages/io/operate.ts";

/**
 * The one place where serving meets what is served: the shares of slots, the key that their paths
 * follow from, and how pages are drawn. Undefined: there is nothing to serve.
 */
export function pageParts(): PageParts | undefined {
  return undefined;
}

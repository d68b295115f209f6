import type { Caches } from "../../cluster/caches.ts";
import { shareFields } from "../slot-share.ts";

/** Whether anything is there that follows from a key: a page's path, or a name that is published. */
export function isKeyInUse({
  secrets,
  dnsEndpoints,
}: Pick<Caches, "secrets" | "dnsEndpoints">): boolean {
  const hasPath = (field: string) => field.endsWith(`.${shareFields.path}`);
  const hasPages = secrets.list().some(({ data = {} }) => Object.keys(data).some(hasPath));
  return hasPages || dnsEndpoints.list().length > 0;
}

import { fileNames, type PageFileName } from "./page-files.ts";

/** What a request is for. */
export type Wanted =
  | { readonly kind: "File"; readonly name: PageFileName }
  | { readonly kind: "Stream" }
  | { readonly kind: "Details"; readonly key: string; readonly namespace: string }
  | { readonly kind: "Nothing" };

const details = /^\/api\/fleets\/([a-z0-9][-a-z0-9]{0,62})\/([a-z0-9][-a-z0-9]{0,62})$/;

/** Reads the path of a request. Whatever stands after `?` is passed over. */
export function wantedBy(method: string | undefined, url: string | undefined): Wanted {
  const [path = ""] = (url ?? "").split("?", 1);
  if (method !== "GET") return { kind: "Nothing" };
  if (path === "/api/stream") return { kind: "Stream" };
  const [, namespace, name] = details.exec(path) ?? [];
  if (namespace !== undefined && name !== undefined)
    return { kind: "Details", key: `${namespace}/${name}`, namespace };
  const file = fileNames.find(
    (each) => path === `/${each}` || (path === "/" && each === "index.html"),
  );
  return file === undefined ? { kind: "Nothing" } : { kind: "File", name: file };
}

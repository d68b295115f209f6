import { createHmac } from "node:crypto";
import type { FleetKey } from "./without-links.ts";

/**
 * For which fleets an export speaks: one (`namespace/name`), those of a namespace, or all (`*`).
 * Pages of others in the same folder are not its business.
 */
export type ExportScope = string & { readonly scope: unique symbol };

export const everyFleet = "*" as ExportScope;

/** All fleets of a namespace. */
export function ofNamespace(namespace: string): ExportScope {
  return namespace as ExportScope;
}

/** One fleet alone. */
export function ofFleet({ namespace, name }: FleetKey): ExportScope {
  return `${namespace}/${name}` as ExportScope;
}

/**
 * What a page's folder is marked with, so that a later run knows it as its own and may remove it:
 * one line for each scope that the page belongs to. The lines are keyed with the page's path, which
 * nobody can guess, since a web server may serve them: they name neither a fleet nor a namespace.
 */
export function markOf(path: string, key: FleetKey): string {
  const scopes = [everyFleet, ofNamespace(key.namespace), ofFleet(key)];
  return `${scopes.map((scope) => lineOf(path, scope)).join("\n")}\n`;
}

/** Whether a folder's mark says that its page belongs to a scope. */
export function isMarkedFor(mark: string, path: string, scope: ExportScope): boolean {
  return mark.split("\n").includes(lineOf(path, scope));
}

function lineOf(path: string, scope: ExportScope): string {
  return createHmac("sha256", path).update(scope).digest("base64url");
}

import { componentLabel, shareComponent } from "../api/names.ts";
import { hashOf } from "../kubernetes/difference.ts";
import type { KubeObject, Secret } from "../kubernetes/objects.ts";
import { stripBookkeeping } from "../kubernetes/transform.ts";

/** Shorter values are kept as they are (characters). */
const longValue = 64;

/**
 * What is kept of a Secret. Of one with share pages, long values are kept as hashes: nobody here
 * reads them, and they would take more memory than all else.
 */
export function withoutPages(secret: Secret): Secret {
  return digested(stripBookkeeping(secret));
}

/** An object as a cache would keep it, to be compared with what one keeps. */
export function asKept<T extends KubeObject>(object: T): T {
  return object.kind === "Secret" ? (digested(object) as T) : object;
}

function digested(secret: Secret): Secret {
  if (secret.metadata.labels?.[componentLabel] !== shareComponent) return secret;
  const values = Object.entries(secret.data ?? {});
  return {
    ...secret,
    data: Object.fromEntries(values.map(([key, value]) => [key, digest(value)])),
  };
}

function digest(value: string): string {
  return value.length < longValue ? value : `sha256:${hashOf(value)}`;
}

import type { Secret } from "../../src/kubernetes/objects.ts";
import { type GivenInNamespace, proxies } from "./metadata.ts";

interface GivenSecret extends GivenInNamespace {
  /** The files in it, as plain text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A Secret, of the fleet `family` unless a test says otherwise. */
export function secretObject(given: GivenSecret = {}): Secret {
  const { name = "family-proxy", namespace = proxies, metadata, files = {} } = given;
  const encoded = Object.entries(files).map(([file, text]) => [
    file,
    Buffer.from(text).toString("base64"),
  ]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, ...metadata },
    data: Object.fromEntries(encoded),
  };
}

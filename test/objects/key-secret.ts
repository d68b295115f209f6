import { shareKeySecretName } from "../../src/api/names.ts";
import type { Secret } from "../../src/kubernetes/objects.ts";
import type { ShareKey } from "../../src/share/tokens.ts";

/** The Secret with the key that paths of pages and names follow from, as the operator keeps it. */
export function keySecret(key: ShareKey): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: shareKeySecretName, namespace: "proxyfleet-system" },
    data: { key: Buffer.from(key).toString("base64") },
  };
}

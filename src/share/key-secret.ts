import { shareKeySecretName } from "../api/names.ts";
import type { Secret } from "../kubernetes/objects.ts";
import { type ObjectState, stateOf } from "../kubernetes/resource.ts";
import { memoize } from "../values/memoize.ts";
import type { Renewals } from "./renewals.ts";
import { type ShareKey, shareKey } from "./tokens.ts";

/** From what paths and names follow, as the Secret in the operator's namespace has it. */
export interface ShareSecrets {
  readonly key: ShareKey;
  readonly renewals: Renewals;
  /** The Secret's, which a renewal is written for. */
  readonly state: ObjectState;
}

const keyField = "key";

type Place = { readonly namespace: string; readonly name: string };

/** Where that Secret is. */
export function keySecretPlace(operatorNamespace: string): Place {
  return { namespace: operatorNamespace, name: shareKeySecretName };
}

const readings = memoize((secret: Secret): { readonly read: ShareSecrets | undefined } => {
  const { [keyField]: stored = "", ...others } = secret.data ?? {};
  const key = shareKey(Buffer.from(stored, "base64"));
  if (key === undefined) return { read: undefined };
  const texts = Object.entries(others).map(([field, value]) => [field, textOf(value)] as const);
  return { read: { key, renewals: new Map(texts), state: stateOf(secret) } };
});

function textOf(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/** Reads the Secret; undefined where it has no key. */
export function readKeySecret(secret: Secret | undefined): ShareSecrets | undefined {
  return secret === undefined ? undefined : readings(secret).read;
}

/** The Secret of a fresh key. It is nobody's child: it outlives all fleets. */
export function keySecret(operatorNamespace: string, key: Uint8Array): Secret {
  return keySecretWith(operatorNamespace, { [keyField]: Buffer.from(key).toString("base64") });
}

/** The same Secret again, after somebody deleted it. */
export function keySecretAgain(operatorNamespace: string, { data = {} }: Secret): Secret {
  return keySecretWith(operatorNamespace, data);
}

function keySecretWith(operatorNamespace: string, data: Record<string, string>): Secret {
  const metadata = keySecretPlace(operatorNamespace);
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data };
}

/** Renewals as fields of the Secret. */
export function renewalData(renewals: Renewals): Readonly<Record<string, string>> {
  const fields = [...renewals].map(([field, text]) => [
    field,
    Buffer.from(text).toString("base64"),
  ]);
  return Object.fromEntries(fields) as Record<string, string>;
}

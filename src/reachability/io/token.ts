import type { TokenSecretRef } from "../../api/vantage-point.ts";
import { secrets } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { ForbiddenError } from "../../kubernetes/errors.ts";
import { explainError } from "../../values/errors.ts";

/** A token, or why there is none. Nothing but `token` itself has any part of it. */
export type Token =
  | { readonly kind: "found"; readonly token: string }
  /** A person has to put it there. */
  | { readonly kind: "missing"; readonly message: string }
  /** The operator has no right to read it: it may be there, and only a person can help. */
  | { readonly kind: "forbidden"; readonly message: string }
  /** The API server did not say: it may be there. */
  | { readonly kind: "unread"; readonly message: string };

export interface TokenSource {
  readonly client: Pick<ApiClient, "get">;
  /** The operator's own namespace: no other one's Secrets are read. */
  readonly namespace: string;
}

/** What may stand in an HTTP header: one line of printable ASCII. */
const oneLine = /^[\x21-\x7e]+$/;

/**
 * Reads a token from a Secret of the operator's namespace, with no cache in between, so that a
 * changed one counts at once. Line breaks and spaces around it are dropped, since editors and `echo`
 * add them. Never throws.
 */
export async function readToken(
  ref: TokenSecretRef,
  { client, namespace }: TokenSource,
  signal?: AbortSignal,
): Promise<Token> {
  const place = `${namespace}/${ref.name}`;
  const remedy = `kubectl create secret generic ${ref.name} -n ${namespace} --from-literal=${ref.key}=…`;
  try {
    const secret = await client.get(secrets, { namespace, name: ref.name }, signal);
    if (secret === undefined) return missing(`there is no Secret ${place}: ${remedy}`);
    const data = secret.data?.[ref.key];
    if (data === undefined || data === "")
      return missing(`the Secret ${place} has no key ${ref.key}: put the token there`);
    const token = Buffer.from(data, "base64").toString("utf8").trim();
    if (oneLine.test(token)) return { kind: "found", token };
    return missing(
      `the key ${ref.key} of the Secret ${place} is no token, which is one line of letters, digits and signs: write it again`,
    );
  } catch (error) {
    if (error instanceof ForbiddenError)
      return {
        kind: "forbidden",
        message: `the operator may not read the Secret ${place}: give it the right to get secrets in ${namespace}, as the chart does`,
      };
    return { kind: "unread", message: `the Secret ${place} can't be read: ${explainError(error)}` };
  }
}

function missing(message: string): Token {
  return { kind: "missing", message };
}

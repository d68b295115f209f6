import { createHmac } from "node:crypto";
import type { Instant } from "../values/time.ts";

/** What a receiver's news is signed with. */
export type SigningKey = Uint8Array & { readonly signingKey: unique symbol };

/** Bytes of a key (Standard Webhooks 1.0.0, "Signature scheme"). */
const keyBytes = { least: 24, most: 64 };

/**
 * Reads a receiver's secret: `whsec_` and the key in Base64 (Standard Webhooks 1.0.0, "Secret
 * serialization"), or several with commas between, while a new one takes the place of an old one.
 * @returns the keys, or what is wrong, which quotes nothing of the secret
 */
export function signingKeys(secret: string): readonly SigningKey[] | string {
  const keys = secret.split(",").map((text) => keyOf(text.trim()));
  if (keys.every((key) => key !== undefined)) return keys;
  return `must be whsec_ and ${keyBytes.least} to ${keyBytes.most} random bytes in Base64: make one with echo "whsec_$(openssl rand -base64 32)"`;
}

function keyOf(text: string): SigningKey | undefined {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (base64 === undefined) return undefined;
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  const fits = bytes.length >= keyBytes.least && bytes.length <= keyBytes.most;
  return fits ? (bytes as SigningKey) : undefined;
}

/** What is signed, and when it is sent. */
export interface Signed {
  readonly id: string;
  readonly body: string;
  readonly now: Instant;
}

/** The headers by which a receiver knows who sent it, and when (Standard Webhooks 1.0.0). */
export function signatureHeaders(
  { id, body, now }: Signed,
  keys: readonly SigningKey[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = keys.map((key) => {
    const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`);
    return `v1,${hmac.digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

import { createHash, timingSafeEqual } from "node:crypto";
import type { AgentVantagePoint } from "../vantage-points.ts";

/** What is remembered of a token: its SHA-256, in whatever case and with what spaces it was written. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token.trim().toUpperCase()).digest();
}

/** Whether the token of this hash was sent. It takes as long whether or not it was. */
export function bears(authorization: string | undefined, tokenSHA256: Uint8Array): boolean {
  return timingSafeEqual(sentHash(authorization), tokenSHA256);
}

/**
 * Whose token this is. All hashes are compared, each in constant time, so that the time it takes
 * says neither whether one fits nor how far.
 */
export function vantagePointOf(
  authorization: string | undefined,
  known: readonly AgentVantagePoint[],
): AgentVantagePoint | undefined {
  const hash = sentHash(authorization);
  let found: AgentVantagePoint | undefined;
  for (const vantagePoint of known)
    if (timingSafeEqual(hash, vantagePoint.tokenSHA256)) found = vantagePoint;
  return found;
}

function sentHash(authorization: string | undefined): Buffer {
  return tokenHash(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
}

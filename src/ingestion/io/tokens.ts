import { createHash, timingSafeEqual } from "node:crypto";
import type { AgentVantagePoint } from "../vantage-points.ts";

/** What is remembered of a token: its SHA-256, in whatever case and with what spaces it was written. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token.trim().toUpperCase()).digest();
}

/**
 * Whose token this is. All hashes are compared, each in constant time, so that the time it takes
 * says neither whether one fits nor how far.
 */
export function vantagePointOf(
  authorization: string | undefined,
  known: readonly AgentVantagePoint[],
): AgentVantagePoint | undefined {
  const hash = tokenHash(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
  let found: AgentVantagePoint | undefined;
  for (const vantagePoint of known)
    if (timingSafeEqual(hash, vantagePoint.tokenSHA256)) found = vantagePoint;
  return found;
}

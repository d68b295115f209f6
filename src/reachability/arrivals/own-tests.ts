import type { TestEvidence } from "../evidence.ts";

/**
 * How many sessions tests of ours have opened at each address: lanes count them like a person's, and
 * a control abroad goes on when people are cut off. On chat a session is one whose TLS handshake was
 * done; where nothing of ours ends TLS, a TCP connection is one already.
 */
export function ownTests(tests: readonly TestEvidence[]): ReadonlyMap<string, number> {
  const sessions = new Map<string, number>();
  for (const test of tests)
    if (hasOpenedSession(test)) sessions.set(test.address, (sessions.get(test.address) ?? 0) + 1);
  return sessions;
}

function hasOpenedSession({ listener, outcome }: TestEvidence): boolean {
  if (outcome.kind === "Worked") return listener !== "chat" || outcome.upTo !== "tcp";
  // Whoever shows another certificate is not the lane.
  if (outcome.failure.kind === "WrongCertificate" || outcome.at === "tcp") return false;
  return listener !== "chat" || outcome.at !== "tls";
}

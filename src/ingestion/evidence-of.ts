import type { ResultBatch, SentResult } from "../probe/protocol.ts";
import type { TestEvidence } from "../reachability/evidence.ts";
import type { Target } from "../reachability/sources/source.ts";
import { canonicalIp } from "../values/ip.ts";
import { type Instant, instant } from "../values/time.ts";
import type { AgentVantagePoint } from "./vantage-points.ts";

/** Whose results these are, and what they may be about. */
export interface Reporting {
  readonly vantagePoint: Pick<AgentVantagePoint, "name" | "country" | "role">;
  readonly targets: readonly Target[];
  readonly now: Instant;
  /** Results up to this number came already. */
  readonly after: number;
}

/**
 * The new results of a batch as evidence. Where and for which country is the operator's to say, not
 * the agent's. Results about anything that the vantage point is not asked to test now are passed
 * over: an agent, or whoever has its token, says nothing about other groups' addresses.
 */
export function evidenceOf(
  { results }: ResultBatch,
  { vantagePoint, targets, now, after }: Reporting,
): readonly TestEvidence[] {
  const assigned = new Set(
    targets.flatMap(({ address, ports }) =>
      ports.map(({ listener }) => portKey(canonicalIp(address), listener)),
    ),
  );
  return results
    .filter(({ number }) => number > after)
    .flatMap((result): TestEvidence[] => {
      const address = canonicalIp(result.address);
      return address === undefined || !assigned.has(portKey(address, result.listener))
        ? []
        : [testEvidence({ ...result, address }, vantagePoint, now)];
    });
}

function portKey(address: string | undefined, listener: string): string {
  return `${address} ${listener}`;
}

function testEvidence(
  { address, listener, ageMs, outcome, reachesElse }: SentResult,
  { name, country, role }: Reporting["vantagePoint"],
  now: Instant,
): TestEvidence {
  return {
    kind: "test",
    vantagePoint: name,
    country,
    role,
    address,
    listener,
    outcome,
    reachesElse,
    at: instant(now - ageMs),
  };
}

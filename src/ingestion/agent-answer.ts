import { isProbeToken } from "../probe/line.ts";
import type { RoundAnswer } from "../reachability/round-memory.ts";

/**
 * What keeps agents out, as far as it can be seen before one comes.
 * @param isServed whether this operator has an endpoint for agents
 */
export function agentAnswer(token: string, isServed: boolean): RoundAnswer {
  if (!isServed) return { kind: "agentsNotServed" };
  if (isProbeToken(token)) return { kind: "worked" };
  return {
    kind: "tokenMissing",
    message:
      "the token in its Secret is none for an agent: make one with `proxyfleet probe invite`, and put it there",
  };
}

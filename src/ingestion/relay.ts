import { z } from "zod";
import { listenerNames } from "../api/names.ts";
import { outcomeSchema } from "../probe/protocol.ts";
import type { TestEvidence } from "../reachability/evidence.ts";
import { instant } from "../values/time.ts";

// What one replica of the operator hands to the one that leads: evidence that it has already
// checked, over the same endpoint that agents use.

/** Evidence in one request: so many pieces with the longest names fit into a body. */
export const mostRelayed = 64;

const evidenceSchema = z.strictObject({
  kind: z.literal("test"),
  vantagePoint: z.string().min(1).max(253),
  country: z.string().regex(/^[A-Z]{2}$/),
  role: z.enum(["Probe", "Control"]),
  address: z.union([z.ipv4(), z.ipv6()]),
  at: z.int().min(0),
  listener: z.enum(listenerNames),
  outcome: outcomeSchema,
  reachesElse: z.boolean().optional(),
});

const relaySchema = z.strictObject({ evidence: z.array(evidenceSchema).min(1).max(mostRelayed) });

/** The bodies that carry this evidence. */
export function relayBodies(evidence: readonly TestEvidence[]): readonly string[] {
  const count = Math.ceil(evidence.length / mostRelayed);
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ evidence: evidence.slice(index * mostRelayed, (index + 1) * mostRelayed) }),
  );
}

/** Reads what another replica sent; undefined where it is not what this version understands. */
export function parseRelay(text: string): readonly TestEvidence[] | undefined {
  try {
    const read = relaySchema.safeParse(JSON.parse(text)).data;
    return read?.evidence.map(({ at, reachesElse, ...evidence }) => ({
      ...evidence,
      at: instant(at),
      reachesElse,
    }));
  } catch {
    return undefined;
  }
}

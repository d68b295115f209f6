import { z } from "zod";

const laneStatus = z.object({
  lane: z.number(),
  open: z.boolean(),
  address: z.string().optional(),
  certificateSHA256: z.string().optional(),
  /**
   * Open now, in old workers too. The rest is counted since the lane serves its address in this
   * pod.
   */
  sessions: z.number().optional(),
  sessionsTotal: z.number().optional(),
  /** From clients and to them, without the outer TLS. */
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  handshakeFailures: z.number().optional(),
});

/**
 * One server of `spec.upstream` as a pod sees it: `name` is its group and its place in the spec
 * ("chat-0").
 */
const upstreamStatus = z.object({
  group: z.enum(["chat", "media"]),
  name: z.string(),
  /**
   * Of the `total` addresses that the server's name has now, `up` answer. A name that can't be
   * resolved has none.
   */
  up: z.number(),
  total: z.number(),
  /** When the last of them went up or down (RFC 3339, to the second). */
  since: z.string(),
});

const podStatus = z.object({
  revision: z.string(),
  refused: z.object({ revision: z.string(), message: z.string() }).nullish(),
  maxConnections: z.object({ wanted: z.number(), granted: z.number() }).optional(),
  /**
   * How long the supervisor has run, by a clock of the pod that never jumps. Older ones don't say.
   */
  uptimeSeconds: z.number().optional(),
  oldWorkers: z.number().optional(),
  upstreams: z.array(upstreamStatus).optional(),
  lanes: z.array(laneStatus),
});

/**
 * What the supervisor in a proxy pod says: which config it has loaded, and each lane's certificate
 * and open sessions.
 */
export type PodStatus = z.output<typeof podStatus>;

/** Reads what a supervisor answered. @throws ZodError where it is no such answer */
export function parsePodStatus(answer: unknown): PodStatus {
  return podStatus.parse(answer);
}

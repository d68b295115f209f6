import { z } from "zod";
import { mostLanes } from "../ledger/lanes.ts";
import { ProxyfleetError } from "../values/errors.ts";

/** An answer is not one of a supervisor. */
export class PodAnswerError extends ProxyfleetError {}

/** Names, hashes and times. */
const word = z.string().max(256);

/** How many of something there are. Metrics add these up, and no counter goes back. */
const count = z
  .number()
  .transform((given) => Math.min(Math.max(0, Math.trunc(given)), Number.MAX_SAFE_INTEGER));

/** HAProxy's words go into a condition: the first of them say what is wrong. */
const longestWords = 4_096;

/** Its length is looked at before its members: these may be a hundred thousand. */
function fewOf<T extends z.ZodType>(member: T, most: number) {
  return z.array(z.unknown()).max(most).pipe(z.array(member));
}

const laneStatus = z.object({
  lane: z
    .int()
    .min(0)
    .max(mostLanes - 1),
  open: z.boolean(),
  address: word.optional(),
  certificateSHA256: word.optional(),
  /**
   * Open now, in old workers too. The rest is counted since the lane serves its address in this
   * pod.
   */
  sessions: count.optional(),
  sessionsTotal: count.optional(),
  /** From clients and to them, without the outer TLS. */
  bytesIn: count.optional(),
  bytesOut: count.optional(),
  handshakeFailures: count.optional(),
  /** Connections that were closed at once, since the lane or a client had all that it may have. */
  refused: count.optional(),
  /** Whether the lane has all of its share of the pod's connections, or had it minutes ago. */
  full: z.boolean().optional(),
});

/** Of chat and of media: a list in the spec is no longer. */
const mostServers = 64;

/** More addresses than this a name hardly has. */
const mostAddresses = 4_096;

/**
 * One server of `spec.upstream` as a pod sees it: `name` is its group and its place in the spec
 * ("chat-0").
 */
const upstreamStatus = z.object({
  group: z.enum(["chat", "media"]),
  name: word,
  /**
   * Of the `total` addresses that the server's name has now, `up` answer. A name that can't be
   * resolved has none.
   */
  up: count,
  total: count,
  /** Addresses that it has and that are in networks which are closed to pods. Older pods don't say. */
  refused: fewOf(word, mostAddresses).optional(),
  /** When the last of them went up or down (RFC 3339, to the second). */
  since: word,
});

const podStatus = z.object({
  revision: word,
  refused: z
    .object({ revision: word, message: z.string().transform((all) => all.slice(0, longestWords)) })
    .nullish(),
  maxConnections: z
    .object({
      wanted: count,
      granted: count,
      /** What allows no more than that; earlier supervisors only know files, and don't say. */
      tightest: z.enum(["files", "memory", "localPorts"]).optional().catch(undefined),
    })
    .optional(),
  /**
   * How long the supervisor has run, by a clock of the pod that never jumps. Older ones don't say.
   */
  uptimeSeconds: z.number().nonnegative().optional(),
  oldWorkers: count.optional(),
  upstreams: fewOf(upstreamStatus, mostServers).optional(),
  lanes: fewOf(laneStatus, mostLanes),
});

/**
 * What the supervisor in a proxy pod says: which config it has loaded, and each lane's certificate
 * and open sessions.
 */
export type PodStatus = z.output<typeof podStatus>;

/**
 * Reads what a supervisor answered; or a stranger, who may answer anything.
 * @throws PodAnswerError that names the first thing that is wrong
 */
export function parsePodStatus(answer: unknown): PodStatus {
  const parsed = podStatus.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PodAnswerError(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

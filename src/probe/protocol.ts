import { z } from "zod";
import { listenerNames } from "../api/names.ts";
import { testSteps } from "../reachability/evidence.ts";
import { type Millis, hours, seconds } from "../values/time.ts";
import { type Endpoint, endpointText, parseEndpoint } from "./endpoint.ts";

// What agent and operator say to each other, over HTTPS: GET / gives an Assignment, POST / takes a
// ResultBatch and gives a Receipt. The token is the bearer of both. Times are ages, so that an
// agent's clock may be off by years.

/** The path of all requests. */
export const protocolPath = "/";

/** Bytes of the largest request that is read, and of the largest answer. */
export const largestBody = { request: 65_536, answer: 262_144 } as const;
/** Results in one request. */
export const mostResults = 128;
/** Results that are older count for nothing, and are not sent. */
export const oldestResult: Millis = hours(24);

/** Addresses that one agent is asked to test. */
export const mostTargets = 512;
/** Hosts of each kind in one assignment: abroad, and of the operator. */
export const mostHosts = 8;

const longestEvery = hours(24);

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const port = z.int().min(1).max(65_535);
const address = z.union([z.ipv4(), z.ipv6()]);
const listener = z.enum(listenerNames);
const step = z.enum(testSteps);
const every = z.int().min(seconds(1)).max(longestEvery);

const endpoint = z
  .string()
  .max(270)
  .transform((text, context): Endpoint => {
    const parsed = parseEndpoint(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: "is not host:port" });
    return z.NEVER;
  });

const target = z.strictObject({
  address,
  ports: z.array(z.strictObject({ listener, port })).min(1).max(listenerNames.length),
  certificateSHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  mediaServerName: z.string().min(1).max(253),
});

/** What the operator asks an agent to do until it is asked again. */
export const assignmentSchema = z.strictObject({
  /** The operator's time (ms since 1970): what an agent takes its own clock's error from. */
  now: count,
  /** How long to wait from one round to the next; each wait is varied. */
  everyMs: every,
  /** How often to move 48 KB through an address that works: it costs the volunteer's traffic. */
  transferEveryMs: every,
  targets: z.array(target).max(mostTargets),
  /** Hosts abroad that are not ours and answer TLS: whether anything abroad is reached. */
  elsewhere: z.array(endpoint).max(mostHosts),
  /** Where the operator can be reached from now on, besides what the line says. */
  endpoints: z.array(endpoint).max(mostHosts),
});

export type Assignment = z.infer<typeof assignmentSchema>;
export type AssignedTarget = Assignment["targets"][number];

const kindOnly = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind) });

const failure = z.discriminatedUnion("kind", [
  kindOnly("Refused"),
  kindOnly("TimedOut"),
  kindOnly("Reset"),
  kindOnly("NoAnswer"),
  kindOnly("WrongCertificate"),
  z.strictObject({ kind: z.literal("Frozen"), afterBytes: count }),
  z.strictObject({ kind: z.literal("Slow"), bytesPerSecond: count }),
]);

/** How a test of one port ended: `TestOutcome`. */
export const outcomeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("Worked"), upTo: step }),
  z.strictObject({ kind: z.literal("Failed"), at: step, failure }),
]);

/** How one test ended, as it is sent. */
export const resultSchema = z.strictObject({
  /** Counts the results of a run, from 1 up: one that came already is not taken twice. */
  number: z
    .int()
    .min(1)
    .max(2 ** 40),
  address,
  listener,
  /** How long ago the test ended. */
  ageMs: z.int().min(0).max(oldestResult),
  outcome: outcomeSchema,
  /** Whether one of `elsewhere` was reached right after; absent where that was not tried. */
  reachesElse: z.boolean().optional(),
});

export type SentResult = z.infer<typeof resultSchema>;

const batchSchema = z.strictObject({
  /** Random, new each time that an agent starts: results are numbered within it. */
  run: z.string().regex(/^[0-9a-f]{16}$/),
  results: z.array(resultSchema).min(1).max(mostResults),
});

/** Results in the order in which they were found. */
export type ResultBatch = z.infer<typeof batchSchema>;

const receiptSchema = z.strictObject({
  /** All results up to this number are done with. */
  upTo: count,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** An assignment as it is sent. */
export function assignmentJson(assignment: Assignment): string {
  const texts = (endpoints: readonly Endpoint[]) => endpoints.map(endpointText);
  const { elsewhere, endpoints } = assignment;
  return JSON.stringify({
    ...assignment,
    elsewhere: texts(elsewhere),
    endpoints: texts(endpoints),
  });
}

/** Reads what the operator sent; undefined where it is not what this version understands. */
export const parseAssignment = readerOf(assignmentSchema);
/** Reads what an agent sent; undefined where it is anything else. */
export const parseBatch = readerOf(batchSchema);
/** Reads the operator's receipt; undefined where it is none. */
export const parseReceipt = readerOf(receiptSchema);

function readerOf<T>(schema: z.ZodType<T>): (text: string) => T | undefined {
  return (text) => {
    try {
      return schema.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  };
}

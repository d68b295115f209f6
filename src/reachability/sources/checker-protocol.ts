import { z } from "zod";
import { listenerNames } from "../../api/names.ts";
import { canonicalIp } from "../../values/ip.ts";
import { present } from "../../values/present.ts";
import { type TestEvidence, testSteps } from "../evidence.ts";
import type { Target } from "./source.ts";

// What the operator and a checker service say to each other: docs/checker.md. Fields may be added
// within version 1; whoever reads leaves out what it does not know, in answers as in requests.

const protocolVersion = 1;
/** The most tests that one request asks for, and the most places that a checker may speak for. */
export const mostTests = 64;
const mostPlaces = 16;

/** One port of one address, as a checker is asked to test it. */
export interface CheckerTest {
  readonly address: string;
  readonly listener: (typeof listenerNames)[number];
  readonly port: number;
  readonly certificateSHA256?: string;
  readonly serverName?: string;
}

/** A host abroad that a checker should reach, whatever becomes of our addresses. */
export interface Control {
  readonly host: string;
  readonly port: number;
}

/** The tests of some addresses, in requests that are small enough. */
export function checkerRequests(targets: readonly Target[], control: Control): readonly string[] {
  const tests = targets.flatMap(testsOf);
  const count = Math.max(1, Math.ceil(tests.length / mostTests));
  return Array.from({ length: count }, (_, index) => {
    const some = tests.slice(index * mostTests, (index + 1) * mostTests);
    return JSON.stringify({ version: protocolVersion, tests: some, control });
  });
}

function testsOf(target: Target): readonly CheckerTest[] {
  const { address, certificateSHA256, mediaServerName } = target;
  return target.ports.map(({ listener, port }) => ({
    address,
    listener,
    port,
    ...present({
      certificateSHA256: listener === "plainChat" ? undefined : certificateSHA256,
      serverName: listener === "media" ? mediaServerName : undefined,
    }),
  }));
}

const failure = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["Refused", "TimedOut", "Reset", "NoAnswer", "WrongCertificate"]) }),
  z.object({ kind: z.literal("Frozen"), afterBytes: z.int().min(0) }),
  z.object({ kind: z.literal("Slow"), bytesPerSecond: z.number().min(0) }),
]);

const outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("Worked"), upTo: z.enum(testSteps) }),
  z.object({ kind: z.literal("Failed"), at: z.enum(testSteps), failure }),
]);

const result = z.object({
  address: z.string().transform((text) => canonicalIp(text) ?? text),
  listener: z.enum(listenerNames),
  outcome,
  // A name for people. It must not be what could find a person.
  place: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,31}$/)
    .refine((text) => canonicalIp(text) === undefined, "is an address: give the place a name")
    .optional(),
  reachesElse: z.boolean().optional(),
});

const answer = z.object({
  version: z.literal(protocolVersion),
  results: z.array(result).max(mostTests * mostPlaces),
});

/** What each result of a vantage point shares. */
export type CheckerEvidence = Pick<TestEvidence, "at" | "vantagePoint" | "country" | "role">;

/** What a checker's answer came to: evidence, or what is wrong with it. */
export type ReadAnswer =
  | { readonly kind: "read"; readonly evidence: readonly TestEvidence[] }
  | { readonly kind: "refused"; readonly problem: string };

/**
 * Reads a checker's answer. It is taken as a whole or not at all: a result that was not asked for,
 * or a second one from the same place, is a fault of the checker, and the rest may be, too.
 */
export function readAnswer(
  body: unknown,
  asked: readonly Target[],
  shared: CheckerEvidence,
): ReadAnswer {
  const { data, error } = answer.safeParse(body);
  if (error !== undefined) return { kind: "refused", problem: problemOf(error) };
  const wanted = new Set(asked.flatMap(testsOf).map(keyOf));
  const seen = new Set<string>();
  for (const each of data.results) {
    const key = keyOf(each);
    if (!wanted.has(key))
      return { kind: "refused", problem: `it has a result that was not asked for (${key})` };
    const place = `${key} ${each.place ?? ""}`;
    if (seen.has(place)) return { kind: "refused", problem: `it has two results for ${place}` };
    seen.add(place);
  }
  return { kind: "read", evidence: data.results.map((each) => evidenceOf(each, shared)) };
}

function evidenceOf(
  { address, listener, outcome, place, reachesElse }: z.infer<typeof result>,
  shared: CheckerEvidence,
): TestEvidence {
  return {
    kind: "test",
    ...shared,
    address,
    listener,
    outcome,
    reachesElse,
    ...present({ place }),
  };
}

function keyOf({ address, listener }: Pick<CheckerTest, "address" | "listener">): string {
  return `${address.slice(0, 45)} ${listener}`;
}

function problemOf({ issues: [first] }: z.ZodError): string {
  return `${first?.path.join(".") ?? ""}: ${first?.message ?? "unreadable"}`.slice(0, 200);
}

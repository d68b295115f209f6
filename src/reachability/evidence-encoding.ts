import { z } from "zod";
import { listenerNames } from "../api/names.ts";
import { canonicalIp } from "../values/ip.ts";
import { present } from "../values/present.ts";
import { type Instant, instant } from "../values/time.ts";
import { type Evidence, type StepFailure, type TestOutcome, testSteps } from "./evidence.ts";
import { type EvidenceLog, allEvidence, evenly } from "./evidence-log.ts";

/** What a ConfigMap holds with room to spare: 1 MiB is its limit, and etcd's is little more. */
export const usualBytes = 256 * 1024;

/** Another shape has another number: what is not of this one is not read. */
const version = 1;

const failureKinds = [
  "Refused",
  "TimedOut",
  "Reset",
  "NoAnswer",
  "WrongCertificate",
  "Frozen",
  "Slow",
] as const satisfies readonly StepFailure["kind"][];
const roles = ["Probe", "Control"] as const;
const reporters = ["Operator", "Page"] as const;

const index = z.int().min(0);
/** Milliseconds before the log was written. */
const age = z.int();

/**
 * A test: `[0, age, vantage point, place or -1, country, role, listener, reaches else (0 no, 1 yes,
 * 2 unknown), step, failure or -1, amount]`. Names are indices into `names`.
 */
const testRow = z.tuple([
  z.literal(0),
  age,
  index,
  z.int().min(-1),
  index,
  index.max(roles.length - 1),
  index.max(listenerNames.length - 1),
  index.max(2),
  index.max(testSteps.length - 1),
  z
    .int()
    .min(-1)
    .max(failureKinds.length - 1),
  z.number().min(0),
]);
/** A report: `[1, age, by, country, message]`. */
const reportRow = z.tuple([
  z.literal(1),
  age,
  index.max(reporters.length - 1),
  index,
  z.string().max(512),
]);
/** Arrivals: `[2, age, age of the suspicion, chance, message]`. */
const arrivalsRow = z.tuple([
  z.literal(2),
  age,
  age,
  z.number().min(0).max(1),
  z.string().max(512),
]);
const row = z.union([testRow, reportRow, arrivalsRow]);
type Row = z.output<typeof row>;

const written = z.object({
  version: z.literal(version),
  /** When it was written, in milliseconds since 1970. */
  at: z.int(),
  names: z.array(z.string().max(253)),
  evidence: z.record(z.string(), z.array(z.unknown())),
});

/**
 * The log as compact JSON of at most so many bytes. Where not all of it fits, the newest of each
 * sender is kept, shared evenly.
 */
export function encodeLog(log: EvidenceLog, now: Instant, maxBytes = usualBytes): string {
  let kept = allEvidence(log);
  for (;;) {
    const text = write(kept, now);
    const bytes = new TextEncoder().encode(text).length;
    if (bytes <= maxBytes || kept.length === 0) return text;
    kept = evenly(kept, Math.floor((kept.length * maxBytes * 0.9) / bytes));
  }
}

function write(all: readonly Evidence[], now: Instant): string {
  const names: string[] = [];
  const indices = new Map<string, number>();
  const nameIndex = (name: string): number => {
    const known = indices.get(name);
    if (known !== undefined) return known;
    indices.set(name, names.length);
    return names.push(name) - 1;
  };
  const evidence = Object.fromEntries(
    [...Map.groupBy(all, ({ address }) => address)].map(([address, own]) => [
      address,
      own.map((one) => rowOf(one, now, nameIndex)),
    ]),
  );
  const log: z.input<typeof written> = { version, at: now, names, evidence };
  return JSON.stringify(log);
}

function rowOf(one: Evidence, now: Instant, nameIndex: (name: string) => number): Row {
  const age = now - one.at;
  switch (one.kind) {
    case "report":
      return [1, age, reporters.indexOf(one.by), nameIndex(one.country), one.message];
    case "arrivals":
      return [2, age, now - one.since, one.chance, one.message];
    case "test":
      return [
        0,
        age,
        nameIndex(one.vantagePoint),
        one.place === undefined ? -1 : nameIndex(one.place),
        nameIndex(one.country),
        roles.indexOf(one.role),
        listenerNames.indexOf(one.listener),
        one.reachesElse === undefined ? 2 : Number(one.reachesElse),
        ...outcomeRow(one.outcome),
      ];
  }
}

function outcomeRow(outcome: TestOutcome): [step: number, failure: number, amount: number] {
  if (outcome.kind === "Worked") return [testSteps.indexOf(outcome.upTo), -1, 0];
  const { at, failure } = outcome;
  return [testSteps.indexOf(at), failureKinds.indexOf(failure.kind), amountOf(failure)];
}

function amountOf(failure: StepFailure): number {
  if (failure.kind === "Frozen") return failure.afterBytes;
  return failure.kind === "Slow" ? failure.bytesPerSecond : 0;
}

/**
 * What a written log says. What can't be read is left out, since evidence comes again: nothing that
 * somebody writes there may keep the operator from starting. To be remembered from scratch, so that
 * limits hold.
 */
export function decodeLog(text: string): readonly Evidence[] {
  const parsed = written.safeParse(readJson(text));
  if (!parsed.success) return [];
  const { at, names, evidence } = parsed.data;
  return Object.entries(evidence).flatMap(([address, rows]) => {
    if (canonicalIp(address) !== address) return [];
    return rows.flatMap((raw) => {
      const read = row.safeParse(raw);
      return read.success ? (evidenceOf(read.data, { address, at, names }) ?? []) : [];
    });
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A country that the API would refuse must reach no status. */
function isCountry(name: string | undefined): name is string {
  return name !== undefined && /^[A-Z]{2}$/.test(name);
}

interface Reading {
  readonly address: string;
  readonly at: number;
  readonly names: readonly string[];
}

function evidenceOf(read: Row, { address, at: writtenAt, names }: Reading): Evidence | undefined {
  const at = instant(writtenAt - read[1]);
  switch (read[0]) {
    case 0:
      return testOf(read, { address, at, names });
    case 1: {
      const [, , by, countryIndex, message] = read;
      const [author, country] = [reporters[by], names[countryIndex]];
      if (author === undefined || !isCountry(country)) return undefined;
      return { kind: "report", address, at, by: author, country, message };
    }
    case 2: {
      const [, , sinceAge, chance, message] = read;
      return {
        kind: "arrivals",
        address,
        at,
        since: instant(writtenAt - sinceAge),
        chance,
        message,
      };
    }
  }
}

function testOf(
  read: z.output<typeof testRow>,
  { address, at, names }: Reading & { readonly at: Instant },
): Evidence | undefined {
  const [, , point, placeIndex, countryIndex, roleIndex, listenerIndex, elseCode, ...rest] = read;
  const [vantagePoint, place, country] = [names[point], names[placeIndex], names[countryIndex]];
  const [role, listener] = [roles[roleIndex], listenerNames[listenerIndex]];
  const outcome = outcomeOf(...rest);
  if (vantagePoint === undefined || !isCountry(country) || role === undefined) return undefined;
  if (listener === undefined || outcome === undefined) return undefined;
  const reachesElse = elseCode === 2 ? undefined : elseCode === 1;
  const test = { kind: "test", address, at, vantagePoint, country, role, listener } as const;
  return { ...test, ...present({ place }), outcome, reachesElse };
}

function outcomeOf(stepIndex: number, kindIndex: number, amount: number): TestOutcome | undefined {
  const step = testSteps[stepIndex];
  if (step === undefined) return undefined;
  if (kindIndex === -1) return { kind: "Worked", upTo: step };
  const kind = failureKinds[kindIndex];
  return kind && { kind: "Failed", at: step, failure: failureOf(kind, amount) };
}

function failureOf(kind: StepFailure["kind"], amount: number): StepFailure {
  switch (kind) {
    case "Frozen":
      return { kind, afterBytes: amount };
    case "Slow":
      return { kind, bytesPerSecond: amount };
    case "Refused":
    case "TimedOut":
    case "Reset":
    case "NoAnswer":
    case "WrongCertificate":
      return { kind };
  }
}

import { parseVantagePoint, type VantagePoint } from "../../src/api/vantage-point.ts";
import type { TestEvidence } from "../../src/reachability/evidence.ts";
import { type RoundMemory, afterRound } from "../../src/reachability/round-memory.ts";
import { nextRound } from "../../src/reachability/schedule.ts";
import type {
  AddressVerdict,
  CountryHold,
  VerdictPolicy,
} from "../../src/reachability/verdict-input.ts";
import { verdictsOf } from "../../src/reachability/verdict.ts";
import { contactsOf } from "../../src/reachability/witness.ts";
import { varied } from "../../src/probe/waits.ts";
import type { Random } from "../../src/values/random.ts";
import {
  type Instant,
  type Millis,
  instant,
  minutes,
  parseDuration,
  plus,
  seconds,
  since,
} from "../../src/values/time.ts";

/** Those who measure in a country, all alike. */
export interface Measurers {
  readonly source: "agent" | "http" | "globalping";
  readonly vantagePoints: number;
  readonly interval: string;
}

const address = "203.0.113.9";
const country = "IR";
const control = "control";
/** The defaults of a fleet. */
const policy: VerdictPolicy = {
  blockedWhen: { failures: 3, vantagePoints: 2, within: minutes(30) },
  traffic: "Suspect",
  people: "Suspect",
  audience: [country],
};
/** A connection that is dropped is waited for so long, and one that works takes this. */
const times = { dropped: seconds(10), works: seconds(1) };
const probes = ["probe 1", "probe 2", "probe 3"];
/** Other addresses work: it is no outage. */
const noHolds: ReadonlyMap<string, CountryHold> = new Map();

/** One who measures, and when a test of his ends. */
interface Measurer {
  readonly vantagePoint: VantagePoint;
  memory: RoundMemory | undefined;
  /** When the present test began; undefined between tests. */
  began: Instant | undefined;
  /** When an agent begins the next one: it comes by itself. */
  next: Instant;
}

/**
 * Blocks an address in a country at time 0, and lets those measure who measure there, second by
 * second, by the operator's own schedule and rules.
 * @returns how long it takes until the verdict is `Blocked`
 */
export function timeUntilBlocked(measurers: Measurers, random: Random): Millis {
  const all = [
    ...Array.from({ length: measurers.vantagePoints }, (_, index) =>
      measurer(`probe-${index}`, measurers, random),
    ),
    measurer(control, { ...measurers, source: "http" }, random),
  ];
  const evidence: TestEvidence[] = [];
  let verdicts: readonly AddressVerdict[] = [];
  const services = new Set(measurers.source === "globalping" ? ["probe-0"] : []);
  const longest = plus(instant(0), minutes(24 * 60));
  for (let now = instant(-2 * parseDuration(measurers.interval)); ; now = plus(now, seconds(1))) {
    if (now > longest) throw new Error(`no block was seen in a day: ${JSON.stringify(measurers)}`);
    const isSuspected = verdicts.some(({ verdict }) => verdict === "Suspected");
    const found = all.flatMap((one) => step(one, { now, isSuspected, random }));
    if (found.length === 0) continue;
    evidence.push(...found);
    const looking = { address, evidence, contacts: contactsOf(evidence, { now, services }) };
    const ports = [{ listener: "chat", port: 443 }] as const;
    const known = { services, now, ports, policy, before: verdicts, holds: noHolds };
    verdicts = verdictsOf({ ...looking, ...known });
    if (verdicts.some(({ verdict }) => verdict === "Blocked")) return since(instant(0), now);
  }
}

function measurer(name: string, { source, interval }: Measurers, random: Random): Measurer {
  const role = name === control ? "Control" : "Probe";
  const secret = { tokenSecretRef: { name, key: "token" } };
  const fields = {
    agent: { agent: secret },
    http: { http: { url: "https://checker.example.org/" } },
    globalping: { globalping: { limit: probes.length } },
  };
  const spec = { country: role === "Probe" ? country : "DE", role, interval, ...fields[source] };
  const parsed = parseVantagePoint({
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "VantagePoint",
    metadata: { name, uid: name, generation: 1 },
    spec,
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  const everyMs = parseDuration(interval);
  const next = instant(Math.round(-(1 + random()) * everyMs));
  return { vantagePoint: parsed.value, memory: undefined, began: undefined, next };
}

interface Moment {
  readonly now: Instant;
  readonly isSuspected: boolean;
  readonly random: Random;
}

/** Begins a test where it is time, and gives what one found that ends now. */
function step(measurer: Measurer, moment: Moment): readonly TestEvidence[] {
  const { now } = moment;
  if (measurer.began === undefined) {
    if (now >= measurer.next && isDue(measurer, moment)) measurer.began = now;
    return [];
  }
  const isBlocked = measurer.began >= 0 && measurer.vantagePoint.spec.role === "Probe";
  if (now < plus(measurer.began, isBlocked ? times.dropped : times.works)) return [];
  measurer.began = undefined;
  rest(measurer, moment);
  return found(measurer, isBlocked, now);
}

function isDue({ vantagePoint, memory }: Measurer, { now, isSuspected }: Moment): boolean {
  if (vantagePoint.spec.agent !== undefined) return true;
  const ports = [{ listener: "chat", port: 443 }] as const;
  const target = { address, ports, certificateSHA256: undefined, mediaServerName: "whatsapp.net" };
  const view = { vantagePoint, targets: [{ ...target, isSuspected }], memory, quota: undefined };
  return nextRound(view, now).kind === "due";
}

function rest(measurer: Measurer, { now, random, isSuspected }: Moment): void {
  const { vantagePoint, memory } = measurer;
  const interval = parseDuration(vantagePoint.spec.interval);
  if (vantagePoint.spec.agent !== undefined) measurer.next = plus(now, varied(interval, random));
  const isQuick = isSuspected && memory !== undefined && now < plus(memory.fullAt, interval);
  const answer = { kind: "worked" } as const;
  const end = { uid: vantagePoint.metadata.uid, generation: 1, answer, results: 1, isQuick };
  measurer.memory = afterRound(memory, end, { now, random });
}

function found(
  { vantagePoint: { metadata, spec } }: Measurer,
  isBlocked: boolean,
  now: Instant,
): readonly TestEvidence[] {
  const places = spec.globalping === undefined ? [undefined] : probes;
  const failure = { kind: "TimedOut" } as const;
  return places.map((place) => ({
    kind: "test",
    address,
    at: now,
    vantagePoint: metadata.name,
    ...(place === undefined ? {} : { place }),
    country: spec.country,
    role: spec.role,
    listener: "chat",
    outcome: isBlocked
      ? { kind: "Failed", at: "tcp", failure }
      : { kind: "Worked", upTo: spec.role === "Control" ? "transfer" : "tls" },
    reachesElse: true,
  }));
}

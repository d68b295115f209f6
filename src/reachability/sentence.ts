import { type Millis, formatDuration, millis } from "../values/time.ts";
import type { Listener, StepFailure, TestStep } from "./evidence.ts";
import type { Failure } from "./sight.ts";
import { type BlockedWhen, type PortCase, countWitnesses, spanOf } from "./weigh.ts";

/** A port that an address publishes. */
export interface PublishedPort {
  readonly listener: Listener;
  readonly port: number;
}

/** `5 vantage points`, or `1 vantage point`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** How a port is named to people: `port 443`. */
export function portName(listener: Listener, ports: readonly PublishedPort[]): string {
  const port = ports.find((one) => one.listener === listener)?.port;
  return port === undefined ? `listener ${listener}` : `port ${port}`;
}

/**
 * The reasons for a block: `port 443: 5 time-outs from 3 vantage points in 14 min; the control sees
 * it answer`.
 */
export function blockSentence(cases: readonly PortCase[], ports: readonly PublishedPort[]): string {
  const parts = cases.map((one) => `${portName(one.listener, ports)}: ${saw(one.counted)}`);
  return [...parts, "the control sees it answer"].join("; ");
}

/** What fails, and what is missing for a block. */
export function suspicionSentence(
  cases: readonly PortCase[],
  ports: readonly PublishedPort[],
  when: BlockedWhen,
): string {
  const parts = cases.map((one) => {
    const { working } = one;
    const reach = `${count(working.length, "vantage point")} ${working.length === 1 ? "reaches" : "reach"} it`;
    const others = working.length === 0 ? "" : ` (${reach})`;
    return `${portName(one.listener, ports)}: ${saw(one.failures)}${others}`;
  });
  const controls = [...new Set(cases.map(controlWords))];
  const needs = `a block needs ${count(when.failures, "failure")} from ${count(when.vantagePoints, "vantage point")} while a control sees it answer`;
  return [...parts, ...controls, needs].join("; ");
}

/** `5 time-outs and 1 reset from 3 vantage points in 14 min`. */
function saw(failures: readonly Failure[]): string {
  const byWords = Map.groupBy(failures, ({ step, failure }) => wordsOf(step, failure).one);
  const kinds = [...byWords.values()].toSorted((a, b) => b.length - a.length);
  const what = kinds.map((of) => {
    const { one, many } = wordsOf(of[0]?.step ?? "tcp", of[0]?.failure ?? { kind: "NoAnswer" });
    return count(of.length, one, many);
  });
  const from = count(countWitnesses(failures), "vantage point");
  return `${what.join(" and ")} from ${from}${spokenSpan(spanOf(failures))}`;
}

/** ` in 14 min`; nothing where it took no time. */
export function spokenSpan(span: Millis): string {
  if (span === 0) return "";
  if (span < 60_000) return ` in ${Math.ceil(span / 1000)} s`;
  if (span < 7_200_000) return ` in ${Math.round(span / 60_000)} min`;
  return ` in ${formatDuration(millis(Math.round(span / 60_000) * 60_000))}`;
}

interface Words {
  readonly one: string;
  readonly many: string;
}

const where = {
  tcp: "",
  tls: " in TLS",
  certificate: " at the certificate",
  upstream: " behind the proxy",
  transfer: " while sending data",
} as const satisfies Record<TestStep, string>;

/** How a step failed, for many that failed alike: `time-outs in TLS`. */
export function failureWords(step: TestStep, failure: StepFailure): string {
  return wordsOf(step, failure).many;
}

function wordsOf(step: TestStep, failure: StepFailure): Words {
  const at = where[step];
  switch (failure.kind) {
    case "TimedOut":
      return { one: `time-out${at}`, many: `time-outs${at}` };
    case "Refused":
      return { one: `refused connection${at}`, many: `refused connections${at}` };
    case "Reset":
      return { one: `reset${at}`, many: `resets${at}` };
    case "NoAnswer":
      return { one: `test without an answer${at}`, many: `tests without an answer${at}` };
    case "WrongCertificate":
      return { one: "wrong certificate", many: "wrong certificates" };
    case "Frozen":
      return { one: `transfer frozen${after(failure)}`, many: `transfers frozen${after(failure)}` };
    case "Slow":
      return { one: "transfer too slow", many: "transfers too slow" };
  }
}

/** In steps of 16 KB: otherwise each freeze would be another one in the sentence. */
function after({ afterBytes }: Extract<StepFailure, { kind: "Frozen" }>): string {
  const kilobytes = 16 * Math.round(afterBytes / 16_384);
  return kilobytes === 0 ? " at once" : ` after ${kilobytes} KB`;
}

function controlWords({ control }: PortCase): string {
  switch (control) {
    case "Works":
      return "the control sees it answer";
    case "Fails":
      return "the control fails too";
    case "Disagree":
      return "the controls disagree";
    case "Silent":
      return "no control has tried it that far";
  }
}

import { type Instant, type Millis, millis, seconds } from "../values/time.ts";
import { type ControlWord, controlWord } from "./controls.ts";
import type { Listener } from "./evidence.ts";
import type { Failure, ListenerSight, Working } from "./sight.ts";

/** What makes a block, as `spec.reachability.blockedWhen` of a fleet says. */
export interface BlockedWhen {
  readonly failures: number;
  readonly vantagePoints: number;
  readonly within: Millis;
}

/** The case for a block of one port. */
export interface PortCase {
  readonly listener: Listener;
  /** Failures that count, oldest first. */
  readonly counted: readonly Failure[];
  /** All that failed at a place whose line was not down, oldest first. */
  readonly failures: readonly Failure[];
  /** How many vantage points stand behind those that count. */
  readonly vantagePoints: number;
  readonly working: readonly Working[];
  readonly control: ControlWord["kind"];
  readonly isBlock: boolean;
}

/** One hiccup of a network may fail many tests at once: failures of a block last longer. */
const shortestBlock = seconds(20);

/**
 * Weighs what is known of a port. A failure counts if
 * - a control saw the same step work then or later: after that, all may be down;
 * - its place reached something else. Where nobody knows that, it counts as a failure if another
 *   place vouches for it by failing likewise, but never as a vantage point of its own;
 * - it is not of a service most of whose places reach the port.
 */
export function weigh(sight: ListenerSight, when: BlockedWhen): PortCase {
  const failures = sight.failures.filter(({ line }) => line !== "Down");
  const confirmed = failures.filter((failure) => isConfirmed(sight, failure));
  const firm = confirmed.filter(({ line }) => line === "Up");
  const counted = confirmed
    .filter((one) => one.line === "Up" || isVouchedFor(one, firm))
    .filter((one) => isShared(one, { firm, working: sight.working }));
  const vantagePoints = countWitnesses(counted.filter(({ line }) => line === "Up"));
  return {
    listener: sight.listener,
    counted,
    failures,
    vantagePoints,
    working: sight.working,
    control: controlOf(sight, counted),
    isBlock:
      counted.length >= when.failures &&
      vantagePoints >= when.vantagePoints &&
      (when.failures === 1 || spanOf(counted) >= shortestBlock),
  };
}

/** How many places made these tests. */
export function countWitnesses(tests: readonly { readonly witness: string }[]): number {
  return new Set(tests.map(({ witness }) => witness)).size;
}

/** How long it took from the first of these failures to the last. */
export function spanOf(failures: readonly { readonly at: Instant }[]): Millis {
  const times = failures.map(({ at }) => at);
  return millis(times.length === 0 ? 0 : Math.max(...times) - Math.min(...times));
}

function isConfirmed({ controls }: ListenerSight, { step, at }: Failure): boolean {
  const word = controlWord(controls, step);
  return word.kind === "Works" && at <= word.at;
}

function isVouchedFor({ witness }: Failure, firm: readonly Failure[]): boolean {
  return firm.some((other) => other.witness !== witness);
}

interface Others {
  readonly firm: readonly Failure[];
  readonly working: readonly Working[];
}

/**
 * Single probes of a public service are often broken by themselves: more than half of those in the
 * country must fail, and one that reaches nothing at all is left out.
 */
function isShared({ vantagePoint, witness, line }: Failure, { firm, working }: Others): boolean {
  if (witness === vantagePoint) return true;
  const ofService = (one: { readonly vantagePoint: string }) => one.vantagePoint === vantagePoint;
  const failing = countWitnesses(firm.filter(ofService));
  return line === "Up" && failing > countWitnesses(working.filter(ofService));
}

/** What the controls say of what fails: of the newest failure, where none counts. */
function controlOf(
  { controls, failures }: ListenerSight,
  counted: readonly Failure[],
): ControlWord["kind"] {
  const step = (counted.at(-1) ?? failures.at(-1))?.step ?? "tcp";
  return controlWord(controls, step).kind;
}

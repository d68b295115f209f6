import { type Instant, instant } from "../values/time.ts";
import { type TestEvidence, type TestStep, testSteps } from "./evidence.ts";
import { type Watch, type Witness, seenAt, witnessOf } from "./witness.ts";

/** Whether a test that worked as far as this shows that a step works. */
export function covers(upTo: TestStep, step: TestStep): boolean {
  return testSteps.indexOf(upTo) >= testSteps.indexOf(step);
}

/** What one control has seen of a port, newest success by the step that it shows. */
export interface ControlSight {
  readonly witness: Witness;
  readonly successes: readonly { readonly at: Instant; readonly upTo: TestStep }[];
  /** Failures that no later success of this control disproves. */
  readonly isFailing: boolean;
}

/** What the controls say of a step of a port. */
export type ControlWord =
  /** Most of them saw it work, and last at this time. */
  | { readonly kind: "Works"; readonly at: Instant }
  | { readonly kind: "Fails" }
  | { readonly kind: "Disagree" }
  /** None has tried it. */
  | { readonly kind: "Silent" };

/**
 * What each control has seen, of tests of one port. A control that reached nothing else at that time
 * says nothing.
 */
export function controlSights(
  tests: readonly TestEvidence[],
  { now, services }: Watch,
): readonly ControlSight[] {
  const byWitness = Map.groupBy(
    tests.filter(({ role, reachesElse, outcome }) => {
      return role === "Control" && (outcome.kind === "Worked" || reachesElse !== false);
    }),
    (test) => witnessOf(test, services),
  );
  return [...byWitness].map(([witness, own]) => {
    const successes = own.flatMap((test) => {
      const { outcome } = test;
      return outcome.kind === "Worked" ? [{ at: seenAt(test, now), upTo: outcome.upTo }] : [];
    });
    const isFailing = own.some((test) => {
      const { outcome } = test;
      if (outcome.kind === "Worked") return false;
      const at = seenAt(test, now);
      return !successes.some((one) => one.at > at && covers(one.upTo, outcome.at));
    });
    return { witness, successes, isFailing };
  });
}

/**
 * What most controls say of a step; where as many say yes as no, they disagree. One that fails at
 * any step says no to all: what it fails at is no censor's work.
 */
export function controlWord(controls: readonly ControlSight[], step: TestStep): ControlWord {
  const failing = controls.filter(({ isFailing }) => isFailing).length;
  const working = controls.flatMap(({ isFailing, successes }) => {
    const at = newestCovering(successes, step);
    return isFailing || at === undefined ? [] : [at];
  });
  if (working.length > failing) return { kind: "Works", at: instant(Math.max(...working)) };
  if (failing === 0) return { kind: "Silent" };
  return working.length === 0 ? { kind: "Fails" } : { kind: "Disagree" };
}

function newestCovering(successes: ControlSight["successes"], step: TestStep): Instant | undefined {
  const times = successes.filter(({ upTo }) => covers(upTo, step)).map(({ at }) => at);
  return times.length === 0 ? undefined : instant(Math.max(...times));
}

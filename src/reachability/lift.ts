import { type Instant, plus } from "../values/time.ts";
import { covers } from "./controls.ts";
import type { Listener, TestStep } from "./evidence.ts";
import type { CountrySight, Working } from "./sight.ts";
import type { AddressVerdict, VerdictPolicy } from "./verdict-input.ts";
import { countWitnesses } from "./weigh.ts";

/** One place alone could lie; two must agree, whatever the fleet asks of a block. */
const fewestWitnesses = 2;

/**
 * Whether tests prove that people reach a blocked address again. It takes as many places as a block
 * does, and none that fails, on every port that was blocked, and tests that are newer than any
 * failure that counted. A person's word is taken back by no test: he speaks for people on lines that
 * nobody tests.
 *
 * To lift it is safe: it only keeps the slot where it is. A move that has begun goes on, an address
 * that was retired as blocked stays burnt, and a censor who comes back is found like any other.
 */
export function isLifted(
  before: AddressVerdict,
  sight: CountrySight,
  { blockedWhen }: VerdictPolicy,
): boolean {
  const { listeners = [], since } = before;
  if (listeners.length === 0) return false;
  const after = plus(since, blockedWhen.within);
  const needed = Math.max(fewestWitnesses, blockedWhen.vantagePoints);
  return listeners.every((listener) => {
    const port = sight.listeners.find((one) => one.listener === listener);
    if (port === undefined || port.failures.some(({ line }) => line !== "Down")) return false;
    const proofs = port.working.filter((one) => isProof(one, after, proofStep(before, listener)));
    return countWitnesses(proofs) >= needed;
  });
}

function isProof({ at, upTo }: Working, after: Instant, step: TestStep): boolean {
  return at > after && covers(upTo, step);
}

/** A connection alone proves nothing about what comes after it. */
function proofStep({ kind }: AddressVerdict, listener: Listener): TestStep {
  if (kind === "Throttled") return "transfer";
  return listener === "plainChat" ? "tcp" : "tls";
}

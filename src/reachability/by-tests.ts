import { earliest } from "../values/time.ts";
import { blockedPart } from "./block-kind.ts";
import { blockSentence, suspicionSentence } from "./sentence.ts";
import type { AddressVerdict } from "./verdict-input.ts";
import { type View, cut } from "./view.ts";

/**
 * The verdict Blocked, where tests make the case for it; while the country is held, a suspicion that
 * says why.
 */
export function measuredAsBlocked(view: View): AddressVerdict | undefined {
  const { cases, input, country, hold } = view;
  const blocked = cases.filter(({ isBlock }) => isBlock);
  if (blocked.length === 0) return undefined;
  const at = earliest(...blocked.map(({ counted }) => counted[0]?.at)) ?? input.now;
  const sentence = blockSentence(blocked, input.ports);
  const { kind, listeners } = blockedPart(blocked, cases);
  if (hold === undefined)
    return { country, verdict: "Blocked", since: at, kind, listeners, message: cut(sentence) };
  const message = cut(`${sentence}; ${hold.because}`);
  const protocol = hold.kind === "Protocol" ? ({ kind: "Protocol" } as const) : {};
  return { country, verdict: "Suspected", since: at, ...protocol, listeners, message };
}

/** One lost packet is no suspicion. */
const fewestFailures = 2;

/** A suspicion, where tests fail and the controls don't. */
export function suspectedByTests({ cases, input, country }: View): AddressVerdict | undefined {
  const { blockedWhen } = input.policy;
  const fewest = Math.min(fewestFailures, blockedWhen.failures);
  const suspects = cases.filter(
    ({ failures, control }) => failures.length >= fewest && control !== "Fails",
  );
  if (suspects.length === 0) return undefined;
  const at = earliest(...suspects.map(({ failures }) => failures[0]?.at)) ?? input.now;
  const listeners = suspects.map(({ listener }) => listener);
  const message = cut(suspicionSentence(suspects, input.ports, blockedWhen));
  return { country, verdict: "Suspected", since: at, listeners, message };
}

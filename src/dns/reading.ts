import type { Instant } from "../values/time.ts";

/** What one resolver says of a name. */
export interface ServerAnswer {
  /** The resolver, as `address:port`. */
  readonly server: string;
  /** IPv4 and IPv6 addresses in their usual text, sorted; none where it has no such name. */
  readonly addresses: readonly string[];
  /** Why there is no answer, in words. */
  readonly problem?: string;
}

/** What all resolvers said of a name when they were last asked. */
export interface NameReading {
  readonly host: string;
  readonly at: Instant;
  /** Since when they have said just this. */
  readonly since: Instant;
  readonly answers: readonly ServerAnswer[];
}

/** Whether every resolver gives this address. */
export function isGivenByAll(reading: NameReading, address: string): boolean {
  const { answers } = reading;
  return answers.length > 0 && answers.every((answer) => gives(answer, address));
}

/** Whether a resolver answers, and gives this address. */
export function gives({ problem, addresses }: ServerAnswer, address: string): boolean {
  return problem === undefined && addresses.includes(address);
}

/** The reading that follows: it is dated by when the answers last changed. */
export function nextReading(
  before: NameReading | undefined,
  { host, at, answers }: Omit<NameReading, "since">,
): NameReading {
  const isSame =
    before?.host === host && JSON.stringify(before.answers) === JSON.stringify(answers);
  return { host, at, since: isSame ? before.since : at, answers };
}

import { type Millis, millis } from "../../values/time.ts";
import type { ProbeLine } from "../line.ts";
import {
  type Memory,
  assigned,
  batchOf,
  currentAssignment,
  receipted,
  refused,
  startingMemory,
  withoutUndated,
} from "../memory.ts";
import type { Assignment } from "../protocol.ts";
import { afterRefusal, betweenRounds, varied } from "../waits.ts";
import { type MemoryFile, MemoryFileError } from "./memory-file.ts";
import { Operator } from "./operator.ts";
import { type RoundOptions, TestRound } from "./round.ts";

/** What the agent does with the world. */
export interface AgentOptions extends RoundOptions {
  readonly file: Pick<MemoryFile, "read" | "write" | "remove">;
  /** A text for this start, 16 hexadecimal digits that nobody foresees. */
  readonly run: string;
  /** For the volunteer: few words, no address. */
  readonly say: (message: string) => void;
  /** Ends after one round. */
  readonly once?: boolean;
}

/**
 * Asks, tests and sends until it is stopped, or until the operator no longer knows the line. What it
 * finds while the operator is out of reach is kept and sent later. It never throws for what the
 * network or the disk does.
 */
export async function runAgent(
  line: ProbeLine,
  options: AgentOptions,
): Promise<"Stopped" | "Revoked"> {
  const memory = startingMemory(options.run, await options.file.read());
  return new Agent(line, memory, options).run();
}

const firstWait: Millis = millis(30_000);

class Agent {
  readonly #options: AgentOptions;
  readonly #operator: Operator;
  readonly #round: TestRound;
  #memory: Memory;
  /** Rounds in a row in which the operator was not reached. */
  #failures = 0;
  /** Times in a row that the operator did not know the token. */
  #refusals = 0;
  #said = "";

  constructor(line: ProbeLine, memory: Memory, options: AgentOptions) {
    this.#options = options;
    this.#memory = memory;
    this.#operator = new Operator(line, options);
    this.#round = new TestRound(options);
  }

  async run(): Promise<"Stopped" | "Revoked"> {
    const { stop, random, sleep, once = false } = this.#options;
    while (!stop.aborted) {
      const wait = await this.#once();
      if (wait === undefined) return "Revoked";
      if (once) break;
      await sleep(varied(wait, random), stop);
    }
    return "Stopped";
  }

  /** One round. @returns how long to wait for the next one; undefined where there is none */
  async #once(): Promise<Millis | undefined> {
    await this.#ask();
    const assignment = currentAssignment(this.#memory, this.#options.now());
    if (this.#refusals === 0 && assignment !== undefined) await this.#test(assignment);
    if (this.#refusals > 0) return this.#afterRefusal();
    await this.#write();
    const everyMs = millis(this.#memory.assignment?.everyMs ?? firstWait);
    return betweenRounds(everyMs, this.#failures);
  }

  /** A disk that can't be written costs no more than what a restart would forget. */
  async #write(): Promise<void> {
    try {
      await this.#options.file.write(this.#memory);
    } catch (error) {
      if (!(error instanceof MemoryFileError)) throw error;
      this.#say(error.message);
    }
  }

  /** Gets the assignment, and sends what was kept. */
  async #ask(): Promise<void> {
    const answer = await this.#operator.assignment(this.#learned());
    switch (answer.kind) {
      case "Answered":
        this.#failures = 0;
        this.#refusals = 0;
        this.#memory = assigned(this.#memory, answer.value, this.#options.now());
        this.#say(`${answer.value.targets.length} addresses to test`);
        return this.#send();
      case "Refused":
        return this.#refused();
      case "Unreached":
        return this.#unreached(answer.stranger);
    }
  }

  async #test(assignment: Assignment): Promise<void> {
    await this.#round.run(assignment, {
      isOffline: () => this.#failures > 0,
      memory: () => this.#memory,
      keep: (memory) => (this.#memory = memory),
      sendNow: async () => this.#send(),
    });
    await this.#send();
  }

  /** Sends all that is kept, batch by batch, while the operator takes it. */
  async #send(): Promise<void> {
    this.#memory = withoutUndated(this.#memory, this.#options.now());
    while (this.#failures === 0 && this.#refusals === 0) {
      const batch = batchOf(this.#memory, this.#options.now());
      if (batch === undefined) return;
      const answer = await this.#operator.send(batch, this.#learned());
      if (answer.kind === "Refused") return this.#refused();
      if (answer.kind === "Unreached") return this.#unreached(answer.stranger);
      const left = receipted(this.#memory, answer.value.upTo);
      if (left.findings.length === this.#memory.findings.length) return;
      this.#memory = left;
    }
  }

  #learned() {
    return this.#memory.assignment?.endpoints ?? [];
  }

  #unreached(stranger: boolean): void {
    if (this.#options.stop.aborted) return;
    this.#failures += 1;
    this.#say(
      stranger
        ? "someone else answers in the operator's place: nothing is sent, results are kept"
        : "the operator can't be reached: results are kept",
    );
  }

  #refused(): void {
    this.#refusals += 1;
    this.#memory = refused(this.#memory);
    this.#say("the operator does not know this line: nothing is tested");
  }

  async #afterRefusal(): Promise<Millis | undefined> {
    await this.#options.file.remove();
    const wait = afterRefusal(this.#refusals);
    if (wait === undefined) this.#say("this line was revoked: ask for another one if you need it");
    return wait;
  }

  /** Says what is new. */
  #say(message: string): void {
    if (message !== this.#said) this.#options.say(message);
    this.#said = message;
  }
}

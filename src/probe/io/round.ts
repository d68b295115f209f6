import { present } from "../../values/present.ts";
import type { Random } from "../../values/random.ts";
import type { Instant, Millis } from "../../values/time.ts";
import { type Finding, type Memory, operatorTime, withFinding, withoutTarget } from "../memory.ts";
import type { AssignedTarget, Assignment } from "../protocol.ts";
import { isPublicAddress } from "../public-address.ts";
import { Transfers } from "../transfers.ts";
import { pauseBetween } from "../waits.ts";
import { reachesElsewhere } from "./elsewhere.ts";
import { type StepLimits, testPort } from "./test-port.ts";

export interface RoundOptions {
  readonly limits: StepLimits;
  readonly stop: AbortSignal;
  readonly now: () => Instant;
  readonly random: Random;
  readonly sleep: (ms: Millis, signal: AbortSignal) => Promise<void>;
  /** Also tests addresses that are not public: for a laboratory. */
  readonly privateTargets?: boolean;
  /** Authorities that are believed besides those of Node, as PEM: for tests. */
  readonly authorities?: string;
}

/** The agent's side of a round. */
export interface Notebook {
  /** The operator is out of reach. */
  readonly isOffline: () => boolean;
  readonly memory: () => Memory;
  readonly keep: (memory: Memory) => void;
  /** Sends what was found before the round goes on: a failure should not wait. */
  readonly sendNow: () => Promise<void>;
}

/** Tests all assigned addresses, one at a time and in random order. */
export class TestRound {
  readonly #options: RoundOptions;
  readonly #transfers = new Transfers();

  constructor(options: RoundOptions) {
    this.#options = options;
  }

  async run(assignment: Assignment, notebook: Notebook): Promise<void> {
    const { random, sleep, stop, privateTargets = false } = this.#options;
    const targets = assignment.targets.filter(
      ({ address }) => privateTargets || isPublicAddress(address),
    );
    this.#transfers.keepOnly(new Set(assignment.targets.map(({ address }) => address)));
    for (const [index, target] of shuffled(targets, random).entries()) {
      if (index > 0) await sleep(pauseBetween(random), stop);
      if (stop.aborted) return;
      await this.#test(target, assignment, notebook);
    }
  }

  /** Tests all ports of one address; keeps what was found, and sends a failure at once. */
  async #test(target: AssignedTarget, assignment: Assignment, notebook: Notebook): Promise<void> {
    const tested = await this.#outcomes(target, assignment);
    const hasFailed = tested.some(({ outcome }) => outcome.kind === "Failed");
    const reachesElse = hasFailed
      ? await reachesElsewhere(assignment.elsewhere, this.#options, this.#options.random)
      : undefined;
    if (this.#options.stop.aborted) return;
    const memory = notebook.memory();
    const at = operatorTime(memory, this.#options.now());
    const found = tested.map((port): Finding => ({
      ...port,
      address: target.address,
      at,
      ...present({ reachesElse }),
    }));
    notebook.keep(found.reduce(withFinding, memory));
    if (!hasFailed) return;
    if (notebook.isOffline()) notebook.keep(withoutTarget(notebook.memory(), target.address));
    else await notebook.sendNow();
  }

  async #outcomes(
    target: AssignedTarget,
    { transferEveryMs }: Assignment,
  ): Promise<readonly Pick<Finding, "listener" | "outcome">[]> {
    const found: Pick<Finding, "listener" | "outcome">[] = [];
    const { now } = this.#options;
    const moves = this.#transfers.isDue(target.address, transferEveryMs, now());
    for (const { listener, port } of target.ports) {
      const outcome = await testPort({ ...target, listener, port }, { ...this.#options, moves });
      if (outcome === undefined) continue;
      if (moves) this.#transfers.ended(target.address, outcome, now());
      found.push({ listener, outcome });
    }
    return found;
  }
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

import { formatDuration, type Millis, minutes } from "../../../values/time.ts";
import { present } from "../../../values/present.ts";
import type { TestEvidence } from "../../evidence.ts";
import { affordable } from "../affordable.ts";
import {
  type NodeChoice,
  nodePlace,
  nodeReaches,
  type NodeResults,
  withoutBrokenNodes,
} from "../check-host-reading.ts";
import { HourlyBudget } from "../hourly-budget.ts";
import { answerOf, NoProbesError, ServiceError } from "../service-error.ts";
import type { Round, ServiceAnswer, Source, Target } from "../source.ts";
import { CheckHostClient, type CheckHostClientOptions } from "./check-host-client.ts";
import { withinDeadline } from "./deadline.ts";
import { inParallel } from "./in-parallel.ts";

export interface CheckHostOptions extends NodeChoice, CheckHostClientOptions {
  /** Name of the VantagePoint. */
  readonly vantagePoint: string;
  readonly role: TestEvidence["role"];
  /** How many of the country's nodes test an address. */
  readonly limit: number;
  /** A host abroad that a node should reach, whatever becomes of our addresses, with its port. */
  readonly control?: string;
  /** A round ends after this, whatever has no result then. Default: 5 minutes. */
  readonly deadline?: Millis;
}

/**
 * What all sources of one operator share. The service publishes no limit; those who use it for the
 * same end keep to this, and have not been refused.
 */
export function checkHostBudget(): HourlyBudget {
  return new HourlyBudget(60);
}

/** Checks under way at once. */
const width = 4;

/**
 * Tests published addresses by TCP from the nodes of check-host.net. All results are public there
 * for good.
 */
export function checkHostSource(options: CheckHostOptions): Source {
  const { deadline = minutes(5) } = options;
  const client = new CheckHostClient(options);
  const turns = { target: 0, node: 0 };
  return {
    async measure(targets, signal) {
      const round = new CheckHostRound(client, options, turns);
      try {
        await withinDeadline(signal, deadline, async (signal) => round.run(targets, signal));
        return round.result(targets, round.nothingFound());
      } catch (error) {
        return round.result(targets, answerOf(error, undefined));
      }
    },
  };
}

/** Where the next round goes on. */
interface Turns {
  target: number;
  node: number;
}

class CheckHostRound {
  readonly #client: CheckHostClient;
  readonly #options: CheckHostOptions;
  readonly #turns: Turns;
  readonly #evidence: TestEvidence[] = [];
  #tested = 0;

  constructor(client: CheckHostClient, options: CheckHostOptions, turns: Turns) {
    this.#client = client;
    this.#options = options;
    this.#turns = turns;
  }

  async run(targets: readonly Target[], signal: AbortSignal): Promise<void> {
    const nodes = await this.#nodes(signal);
    const chosen = this.#affordable(targets);
    if (chosen.length === 0) return;
    this.#tested = chosen.length;
    const { control: host = "1.1.1.1:443" } = this.#options;
    const control = await this.#client.checkTcp(host, nodes, signal);
    const tests = chosen.flatMap((target) => target.ports.map((port) => ({ target, port })));
    await inParallel(tests, width, async ({ target, port: { listener, port } }) => {
      const found = await this.#client.checkTcp(hostPort(target.address, port), nodes, signal);
      this.#keep({ address: target.address, listener }, found, control);
    });
  }

  /** What the round came to, also where it ended early. */
  result(targets: readonly Target[], failure?: ServiceAnswer): Round {
    const { budget, now } = this.#options;
    const skipped = targets.length - this.#tested;
    const message =
      skipped > 0 ? `too few checks are left this hour for ${skipped} addresses` : undefined;
    return {
      evidence: withoutBrokenNodes(this.#evidence),
      answer: failure ?? { kind: "worked", ...present({ message }) },
      quota: budget.at(now()),
    };
  }

  /** Where nodes were asked and none of them answered. */
  nothingFound(): ServiceAnswer | undefined {
    if (this.#tested === 0 || this.#evidence.length > 0) return undefined;
    return { kind: "noProbes", message: "no node of check-host.net came to a result" };
  }

  /** As many nodes as a round uses: others each time, as far as there are others. */
  async #nodes(signal: AbortSignal): Promise<readonly string[]> {
    const { country, limit } = this.#options;
    const nodes = await this.#client.nodes(this.#options, signal);
    if (nodes.length === 0) throw new NoProbesError(`check-host.net has no node in ${country} now`);
    const start = this.#turns.node % nodes.length;
    this.#turns.node += limit;
    return [...nodes.slice(start), ...nodes.slice(0, start)].slice(0, limit);
  }

  #affordable(targets: readonly Target[]): readonly Target[] {
    const { budget, now } = this.#options;
    const { left, renewedInMs } = budget.at(now());
    const costOf = ({ ports }: Target) => ports.length;
    const chosen = affordable(targets, this.#turns.target, { left, fixed: 1, costOf });
    this.#turns.target += chosen.length;
    if (chosen.length > 0 || targets.length === 0) return chosen;
    throw new ServiceError(
      `check-host.net is asked for no more checks this hour; the next one is in ${formatDuration(renewedInMs)}: set a longer interval`,
      { retryAfterMs: renewedInMs },
    );
  }

  #keep(
    tested: Pick<TestEvidence, "address" | "listener">,
    found: NodeResults,
    control: NodeResults,
  ): void {
    const { vantagePoint, country, role, now } = this.#options;
    for (const [node, outcome] of found) {
      if (typeof outcome === "string") continue;
      this.#evidence.push({
        kind: "test",
        ...tested,
        at: now(),
        vantagePoint,
        place: nodePlace(node),
        country,
        role,
        outcome,
        reachesElse: nodeReaches(control, node),
      });
    }
  }
}

function hostPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

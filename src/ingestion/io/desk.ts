import { type Assignment, assignmentJson, parseBatch, protocolPath } from "../../probe/protocol.ts";
import type { TestEvidence } from "../../reachability/evidence.ts";
import { present } from "../../values/present.ts";
import { type HttpAnswer, jsonAnswer, strangersPage, tooOften, unavailable } from "../answer.ts";
import { evidenceOf } from "../evidence-of.ts";
import { RateGate } from "./rate.ts";
import { parseRelay } from "../relay.ts";
import { Replays } from "../replays.ts";
import type { AgentVantagePoint, Now, Work } from "../vantage-points.ts";
import { bears, vantagePointOf } from "./tokens.ts";

/** What the endpoint stands on. */
export interface DeskOptions {
  /** All whose agents may come, as of now: who is gone from here is revoked. */
  readonly vantagePoints: () => readonly AgentVantagePoint[];
  /** Whether a vantage point's token is still good; by default it is while it is among those. */
  readonly isConfirmed?: (vantagePoint: AgentVantagePoint) => Promise<boolean>;
  readonly targetsFor: (vantagePoint: string) => Work;
  /**
   * Takes new evidence, at least one piece. Rejects where it can't be passed on: then the agent keeps it
   * and sends it again.
   */
  readonly received: (evidence: readonly TestEvidence[]) => Promise<void>;
  readonly now: Now;
  /**
   * Takes evidence from other replicas, where this one leads. Absent where there are none.
   */
  readonly relay?: {
    /** SHA-256 of `relayToken`. */
    readonly tokenSHA256: () => Uint8Array;
    readonly isLeading: () => boolean;
    readonly take: (evidence: readonly TestEvidence[]) => void;
  };
}

export interface DeskRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  /** Reads the body; undefined where it is longer than any of ours. Called for agents only. */
  readonly body: () => Promise<string | undefined>;
}

/**
 * Requests of one vantage point. An agent makes two in a round, one more for each failure and one
 * for each address of ours that it tries in vain.
 */
const ratePerVantagePoint = { perSecond: 2, burst: 60 };

/** Answers requests: agents get work and leave results, everyone else gets the page. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #replays = new Replays();
  readonly #gates = new Map<string, RateGate>();
  /** Runs with a batch under way: the same one twice at once would count twice. */
  readonly #busy = new Set<string>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Rejects where `received` does, and where the body does not come to its end. */
  async answer(request: DeskRequest): Promise<HttpAnswer> {
    if (request.url === protocolPath && this.#isReplica(request)) return this.#relayed(request);
    const known = this.#options.vantagePoints();
    const vantagePoint = vantagePointOf(request.authorization, known);
    if (vantagePoint === undefined || request.url !== protocolPath) return strangersPage;
    this.#forgetOthers(known);
    if (!this.#gateOf(vantagePoint.name).passes(performance.now())) return tooOften;
    if ((await this.#options.isConfirmed?.(vantagePoint)) === false) return strangersPage;
    if (request.method === "GET") return jsonAnswer(this.#assignment(vantagePoint));
    if (request.method === "POST") return this.#take(vantagePoint, request);
    return strangersPage;
  }

  /** What is remembered, for tests and metrics. */
  get remembered(): number {
    return this.#replays.size + this.#gates.size + this.#busy.size;
  }

  #assignment({ name }: AgentVantagePoint): string {
    const work = this.#options.targetsFor(name);
    const assignment: Assignment = {
      now: this.#options.now(),
      everyMs: work.everyMs,
      transferEveryMs: work.transferEveryMs,
      targets: work.targets.map(({ certificateSHA256, ports, ...target }) => ({
        ...target,
        ports: [...ports],
        ...present({ certificateSHA256 }),
      })),
      elsewhere: [...work.elsewhere],
      endpoints: [...work.endpoints],
    };
    return assignmentJson(assignment);
  }

  async #take(vantagePoint: AgentVantagePoint, { body }: DeskRequest): Promise<HttpAnswer> {
    const text = await body();
    const batch = text === undefined ? undefined : parseBatch(text);
    if (batch === undefined) return strangersPage;
    const { name } = vantagePoint;
    const run = `${name} ${batch.run}`;
    if (this.#busy.has(run)) return tooOften;
    this.#busy.add(run);
    try {
      const after = this.#replays.highest(name, batch.run);
      const { targets } = this.#options.targetsFor(name);
      const now = this.#options.now();
      const evidence = evidenceOf(batch, { vantagePoint, targets, now, after });
      if (evidence.length > 0) await this.#options.received(evidence);
      const upTo = Math.max(after, ...batch.results.map(({ number }) => number));
      this.#replays.taken(name, batch.run, upTo);
      return jsonAnswer(JSON.stringify({ upTo }));
    } finally {
      this.#busy.delete(run);
    }
  }

  #isReplica({ method, authorization }: DeskRequest): boolean {
    const { relay } = this.#options;
    return relay !== undefined && method === "POST" && bears(authorization, relay.tokenSHA256());
  }

  /** A replica that leads no longer hands nothing on, so that nothing goes round in circles. */
  async #relayed({ body }: DeskRequest): Promise<HttpAnswer> {
    const text = await body();
    const evidence = text === undefined ? undefined : parseRelay(text);
    const { relay } = this.#options;
    if (evidence === undefined || relay?.isLeading() !== true) return unavailable;
    relay.take(evidence);
    return jsonAnswer("{}");
  }

  #gateOf(name: string): RateGate {
    const gate = this.#gates.get(name) ?? new RateGate(ratePerVantagePoint);
    this.#gates.set(name, gate);
    return gate;
  }

  /** A token that was taken back leaves nothing behind. */
  #forgetOthers(known: readonly AgentVantagePoint[]): void {
    if (this.#gates.size <= known.length) return;
    const names = new Set(known.map(({ name }) => name));
    this.#replays.keepOnly(names);
    for (const name of this.#gates.keys()) if (!names.has(name)) this.#gates.delete(name);
  }
}

import type { Logger } from "pino";
import { type VantagePoint, sourceOfSpec, tokenRefOf } from "../../api/vantage-point.ts";
import { Inquiries } from "../../runtime/inquiries.ts";
import { explainError } from "../../values/errors.ts";
import type { Random } from "../../values/random.ts";
import { type Instant, millis, plus } from "../../values/time.ts";
import type { RoundAsk } from "../decide.ts";
import type { TestEvidence } from "../evidence.ts";
import {
  type Quota,
  type RoundAnswer,
  type RoundMemory,
  afterRound,
  longestWish,
} from "../round-memory.ts";
import type { Round, Source } from "../sources/source.ts";
import { serviceOf } from "../service.ts";
import { type TokenSource, readToken } from "./token.ts";

/** Makes what asks a vantage point's service; undefined where this version can't. */
export type SourceOf = (
  vantagePoint: VantagePoint,
  token: string | undefined,
) => Source | undefined;

export interface RoundsOptions {
  readonly sourceOf: SourceOf;
  readonly tokens: TokenSource;
  /**
   * What can be said of an agent with this token, which comes by itself; by default that all is
   * well.
   */
  readonly agentAnswer?: (token: string) => RoundAnswer;
  /** Takes what a round has found. */
  readonly evidence: (evidence: readonly TestEvidence[]) => void;
  readonly now: () => Instant;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Rounds have places of their own: a slow service takes half of them at most, and no worker. A
 * source has a deadline of its own; this one is for a source that breaks its word (ms).
 */
const measuring = { atOnce: 16, deadlineMs: 10 * 60_000 };

/** Results of a round, before they are remembered. */
interface Outcome {
  readonly answer: RoundAnswer;
  readonly round?: Round;
}

/** A source that was made, and what for. */
interface MadeSource {
  readonly uid: string;
  readonly generation: number;
  readonly token: string | undefined;
  readonly source: Source | undefined;
}

/** A round on its way. */
interface OpenRound {
  readonly ask: RoundAsk;
  readonly stop: AbortController;
}

/**
 * Lets vantage points measure, beside the reconciles, and remembers by name how that went. What a
 * round finds goes on only while its vantage point is there.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #inquiries: Inquiries<void>;
  readonly #memories = new Map<string, RoundMemory>();
  /** By service and account, since vantage points share them. */
  readonly #quotas = new Map<string, Quota>();
  readonly #sources = new Map<string, MadeSource>();
  readonly #open = new Map<string, OpenRound>();
  readonly #listeners = new Set<(name: string) => void>();
  /** Whose service a vantage point of this name asks. */
  readonly #services = new Map<string, string>();

  constructor(options: RoundsOptions) {
    this.#options = options;
    const ownerOf = (name: string) => this.#services.get(name) ?? name;
    this.#inquiries = new Inquiries({ ...measuring, ownerOf, log: options.log });
  }

  memory(name: string): RoundMemory | undefined {
    return this.#memories.get(name);
  }

  quota(vantagePoint: VantagePoint): Quota | undefined {
    return this.#quotas.get(serviceOf(vantagePoint.spec));
  }

  /** Begins a round, unless one is under way; `ended` is called when it has ended, in any way. */
  ask(ask: RoundAsk, ended: () => void): void {
    const { name } = ask.vantagePoint.metadata;
    this.#services.set(name, serviceOf(ask.vantagePoint.spec));
    this.#inquiries.ask(
      name,
      async (signal) => this.#run(ask, signal),
      () => {
        const open = this.#open.get(name);
        // It broke its deadline, or threw, which no source may.
        if (open !== undefined) this.#end(open, { answer: noAnswer });
        ended();
      },
    );
  }

  /** Calls `listener` with a vantage point's name each time that its agent was there. */
  onHeard(listener: (name: string) => void): void {
    this.#listeners.add(listener);
  }

  /** An agent was there, with so many results. */
  heard({ metadata }: VantagePoint, results: number): void {
    const { name, uid, generation } = metadata;
    const { now, random } = this.#options;
    const end = { uid, generation, answer: { kind: "worked" }, results, isQuick: false } as const;
    this.#memories.set(name, afterRound(this.#memories.get(name), end, { now: now(), random }));
    for (const listener of this.#listeners) listener(name);
  }

  /** Ends a round that is under way, and drops all that is kept: the vantage point is gone. */
  forget(name: string): void {
    this.#open.get(name)?.stop.abort();
    this.#open.delete(name);
    this.#memories.delete(name);
    this.#sources.delete(name);
    this.#services.delete(name);
  }

  async #run(ask: RoundAsk, deadline: AbortSignal): Promise<void> {
    const open: OpenRound = { ask, stop: new AbortController() };
    this.#open.set(ask.vantagePoint.metadata.name, open);
    const outcome = await this.#measure(ask, AbortSignal.any([deadline, open.stop.signal]));
    this.#end(open, outcome);
  }

  async #measure({ vantagePoint, targets }: RoundAsk, signal: AbortSignal): Promise<Outcome> {
    const ref = tokenRefOf(vantagePoint.spec);
    const token =
      ref === undefined ? undefined : await readToken(ref, this.#options.tokens, signal);
    if (token?.kind === "missing" || token?.kind === "forbidden")
      return { answer: { kind: "tokenMissing", message: token.message } };
    if (token?.kind === "unread") return { answer: { kind: "failed", message: token.message } };
    if (sourceOfSpec(vantagePoint.spec) === "agent") return this.#agentOutcome(token?.token ?? "");
    const source = this.#sourceOf(vantagePoint, token?.token);
    if (source === undefined) return { answer: { kind: "notImplemented" } };
    const round = await source.measure(targets, signal);
    return { answer: round.answer, round };
  }

  /** An agent comes by itself: that its token is there is all that can be seen from here. */
  #agentOutcome(token: string): Outcome {
    return { answer: this.#options.agentAnswer?.(token) ?? { kind: "worked" } };
  }

  /** A source lives as long as its spec and token: it may keep lists, or whose turn it is. */
  #sourceOf(vantagePoint: VantagePoint, token: string | undefined): Source | undefined {
    const { name, uid, generation } = vantagePoint.metadata;
    const made = this.#sources.get(name);
    if (made?.uid === uid && made.generation === generation && made.token === token)
      return made.source;
    const source = this.#options.sourceOf(vantagePoint, token);
    this.#sources.set(name, { uid, generation, token, source });
    return source;
  }

  #end(open: OpenRound, { answer, round }: Outcome): void {
    const { ask } = open;
    const { name, uid, generation } = ask.vantagePoint.metadata;
    // The vantage point is gone, or the round was given up before.
    if (this.#open.get(name) !== open) return;
    this.#open.delete(name);
    const { now, random, evidence, log } = this.#options;
    const found = asked(ask, round?.evidence ?? []);
    const results = found.length;
    const end = { uid, generation, answer, results, isQuick: ask.isQuick };
    this.#memories.set(name, afterRound(this.#memories.get(name), end, { now: now(), random }));
    this.#learnQuota(ask.vantagePoint, round);
    log.debug({ vantagePoint: name, answer: answer.kind, results }, "a round has ended");
    if (results > 0) this.#deliver(evidence, found);
  }

  #deliver(evidence: RoundsOptions["evidence"], found: readonly TestEvidence[]): void {
    try {
      evidence(found);
    } catch (error) {
      this.#options.log.error({ error: explainError(error) }, "evidence could not be taken in");
    }
  }

  #learnQuota({ spec }: VantagePoint, round: Round | undefined): void {
    if (round?.quota === undefined) return;
    const { left, renewedInMs } = round.quota;
    const renewedAt = plus(this.#options.now(), millis(Math.min(renewedInMs, longestWish)));
    this.#quotas.set(serviceOf(spec), { left, renewedAt });
  }
}

const noAnswer = { kind: "failed", message: "the round brought no answer in time" } as const;

/** A checker's word counts on what it was asked of, and on nothing else. */
function asked({ targets }: RoundAsk, evidence: readonly TestEvidence[]): readonly TestEvidence[] {
  const addresses = new Set(targets.map(({ address }) => address));
  return evidence.filter(({ address }) => addresses.has(address));
}

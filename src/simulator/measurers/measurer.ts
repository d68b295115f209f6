import type { VantagePoint } from "../../api/vantage-point.ts";
import { varied } from "../../probe/waits.ts";
import type { Listener, TestOutcome } from "../../reachability/evidence.ts";
import { type RoundMemory, afterRound } from "../../reachability/round-memory.ts";
import { intervalOf, nextRound } from "../../reachability/schedule.ts";
import type { MeasuredTarget } from "../../reachability/targets.ts";
import type { Random } from "../../values/random.ts";
import { type Instant, plus, seconds } from "../../values/time.ts";
import type { EvidenceBook, Tester } from "../operator/evidence-book.ts";
import type { Agenda } from "../world/agenda.ts";
import type { Border } from "../world/border.ts";
import type { Road } from "../world/road.ts";
import type { MeasurerSetup } from "./setup.ts";

export interface MeasurerOptions {
  readonly setup: MeasurerSetup;
  readonly vantagePoint: VantagePoint;
  /** What it may test now, as the operator gives it out. */
  readonly targets: () => readonly MeasuredTarget[];
  readonly isps: readonly string[];
  readonly evidence: EvidenceBook;
  readonly agenda: Agenda;
  readonly border: Border;
  readonly road: Road;
  readonly random: Random;
}

const worked: TestOutcome = { kind: "Worked", upTo: "transfer" };
const timedOut: TestOutcome = { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } };

/** One who measures: in rounds as the operator's own schedule has them, with faults of its own. */
export class Measurer {
  readonly #options: MeasurerOptions;
  readonly #tester: Tester;
  readonly #began: Instant;
  readonly #isp: string;
  #memory: RoundMemory | undefined;
  #cancel: () => void = () => undefined;

  constructor(options: MeasurerOptions) {
    this.#options = options;
    const { setup, vantagePoint, agenda, isps, random } = options;
    const { name, role, isp = 0 } = setup;
    this.#tester = { name, role, country: vantagePoint.spec.country };
    this.#began = agenda.now();
    this.#isp = isps[isp % isps.length] ?? "";
    agenda.timer(seconds(20 + 60 * random()), () => this.look());
  }

  /** Whether it is asked, so that a suspicion makes it look at once. */
  get isAsked(): boolean {
    return this.#options.setup.source === "checker";
  }

  /** Makes a round where one is due, and plans the next. */
  look(): void {
    this.#cancel();
    const { setup, agenda } = this.#options;
    if (setup.source === "agent") this.#asAgent();
    else this.#asAsked(agenda.now());
  }

  #asAgent(): void {
    const { vantagePoint, agenda, targets, random } = this.#options;
    this.#round(targets());
    this.#plan(plus(agenda.now(), varied(intervalOf(vantagePoint), random)));
  }

  #asAsked(now: Instant): void {
    const { vantagePoint, targets, random } = this.#options;
    const { uid, generation } = vantagePoint.metadata;
    const all = targets();
    const view = { vantagePoint, targets: all, memory: this.#memory, quota: undefined };
    const next = nextRound(view, now);
    if (next.kind === "due") {
      const answer = { kind: "worked" } as const;
      const results = this.#round(next.targets);
      const end = { uid, generation, answer, results, isQuick: next.isQuick };
      this.#memory = afterRound(this.#memory, end, { now, random });
    }
    this.#plan(next.kind === "wait" ? next.until : plus(now, seconds(30)));
  }

  #plan(at: Instant): void {
    this.#cancel = this.#options.agenda.at(at, () => this.look());
  }

  /** @returns how many results there are */
  #round(targets: readonly MeasuredTarget[]): number {
    if (this.#isSilent()) return 0;
    const { evidence } = this.#options;
    const news = targets.flatMap((target) => (this.#test(target) ? target.address : []));
    evidence.publish(news);
    return targets.length;
  }

  #isSilent(): boolean {
    const { setup, agenda, border } = this.#options;
    const { deadAfter, speaksInOutage } = setup.faults ?? {};
    if (deadAfter !== undefined && agenda.now() >= plus(this.#began, deadAfter)) return true;
    const isCutOff = setup.role === "Probe" && border.isDown(this.#isp);
    return isCutOff && speaksInOutage !== true;
  }

  /** Whether what it found is news. */
  #test({ address, ports }: MeasuredTarget): boolean {
    const { evidence, agenda, setup, border } = this.#options;
    const listeners = ports.map(({ listener }) => listener);
    const outcomes = listeners.map((listener) => this.#outcome(address, listener));
    if (outcomes.every(({ kind }) => kind === "Worked"))
      return evidence.worked(address, this.#tester, listeners);
    const isCutOff = setup.role === "Probe" && border.isDown(this.#isp);
    const { isBlocked, isBlind } = setup.faults ?? {};
    const reachesElse = isBlocked === true ? undefined : isBlind === true || !isCutOff;
    const { name: vantagePoint, country, role } = this.#tester;
    listeners.forEach((listener, index) => {
      const outcome = outcomes[index] ?? worked;
      const at = agenda.now();
      evidence.tell({
        kind: "test",
        address,
        at,
        vantagePoint,
        country,
        role,
        listener,
        outcome,
        reachesElse,
      });
    });
    return true;
  }

  #outcome(address: string, listener: Listener): TestOutcome {
    const { setup, border, road, random } = this.#options;
    const { lies, isBlocked, noise = 0 } = setup.faults ?? {};
    if (lies === "fine") return worked;
    if (lies === "blocked" || isBlocked === true || !road.isLit(address)) return timedOut;
    if (noise > 0 && random() < noise) return timedOut;
    return setup.role === "Control" ? worked : border.outcome(address, listener, this.#isp);
  }
}

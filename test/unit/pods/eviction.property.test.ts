import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { PodReports } from "../../../src/pods/io/reports.ts";
import { type LastEviction, laggard } from "../../../src/pods/laggard.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { type Instant, instant } from "../../../src/values/time.ts";
import { podObject } from "../../objects/pod.ts";
import { secretObject } from "../../objects/secret.ts";
import { noon } from "../rotation/build.ts";

/** What a pod does from now on. */
type Mode = "loads" | "isStuck" | "refuses" | "isSilent";

type Step =
  | { readonly do: "pod"; readonly pick: number; readonly mode: Mode }
  | { readonly do: "podStartsAgain"; readonly pick: number }
  | { readonly do: "somethingNewIsWanted" }
  | { readonly do: "operatorRestarts" }
  | { readonly do: "clockJumps"; readonly seconds: number }
  | { readonly do: "budget"; readonly refuses: boolean }
  | { readonly do: "timePasses"; readonly every: number; readonly times: number };

interface ModelPod {
  readonly name: string;
  bornAt: number;
  mode: Mode;
  revision: number;
  /**
   * Its uptimes (s) at its last answers in a row that all showed the same old configuration, while
   * it ran on and the operator did.
   */
  late: number[];
  lateAt: number;
}

const servers = { chat: [], media: [] };
const text = (revision: number): string => `r${revision}`;

/** A fleet of three pods, which the operator asks and judges. Its own time (s) never jumps. */
class Model {
  readonly evictions: { readonly pod: ModelPod; readonly at: number }[] = [];
  #pods: ModelPod[] = [];
  #now = 10 * 3_600;
  #clockIsAhead = 0;
  #wanted = 1;
  #made = 0;
  #budgetRefuses = false;
  #reports = new PodReports();
  /** What the fleet's PodDisruptionBudget remembers. */
  #note: LastEviction | undefined;

  constructor() {
    for (let n = 0; n < 3; n++) this.#pods.push(this.#newPod(0));
  }

  act(step: Step): void {
    switch (step.do) {
      case "pod":
        this.#picked(step.pick).mode = step.mode;
        return;
      case "podStartsAgain":
        Object.assign(this.#picked(step.pick), { bornAt: this.#now, late: [] });
        return;
      case "somethingNewIsWanted":
        this.#wanted++;
        return;
      case "operatorRestarts":
        this.#reports = new PodReports();
        for (const pod of this.#pods) pod.late = [];
        return;
      case "clockJumps":
        this.#clockIsAhead += step.seconds;
        return;
      case "budget":
        this.#budgetRefuses = step.refuses;
        return;
      case "timePasses":
        for (let n = 0; n < step.times; n++) {
          this.#now += step.every;
          this.#ask();
          this.#judge();
        }
    }
  }

  #picked(pick: number): ModelPod {
    return this.#pods[pick % this.#pods.length] as ModelPod;
  }

  #newPod(bornAt: number): ModelPod {
    const name = `p-${this.#made++}`;
    return { name, bornAt, mode: "loads", revision: this.#wanted, late: [], lateAt: 0 };
  }

  get #clock(): Instant {
    return instant(noon + (this.#now + this.#clockIsAhead) * 1_000);
  }

  #ask(): void {
    for (const pod of this.#pods) {
      if (pod.mode === "loads") pod.revision = this.#wanted;
      const status = pod.mode === "isSilent" ? undefined : this.#statusOf(pod);
      this.#keep(pod);
      const { name } = pod;
      if (status === undefined) this.#reports.silent(name, name, this.#clock);
      else
        this.#reports.answered(
          name,
          { pod: name, status, wanted: text(this.#wanted), servers },
          this.#clock,
        );
    }
  }

  #keep(pod: ModelPod): void {
    const { mode, revision, bornAt } = pod;
    const isLate = mode !== "isSilent" && revision !== this.#wanted;
    if (!isLate || pod.lateAt !== revision) pod.late = [];
    if (isLate) pod.late.push(this.#now - bornAt);
    pod.lateAt = revision;
  }

  #statusOf({ mode, revision, bornAt }: ModelPod): PodStatus {
    const refused = { revision: text(this.#wanted), message: "unknown keyword" };
    return {
      revision: text(revision),
      uptimeSeconds: this.#now - bornAt,
      lanes: [{ lane: 0, open: true, certificateSHA256: text(revision) }],
      ...(mode === "refuses" ? { refused } : {}),
    };
  }

  #judge(): void {
    const pods = this.#pods.map(({ name }) =>
      podObject({
        name,
        metadata: {
          uid: name,
          annotations: { "proxyfleet.dev/config-revision": text(this.#wanted) },
        },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      }),
    );
    const answers = new Map(
      this.#pods.flatMap(({ name }) => {
        const answer = this.#reports.answer(name);
        return answer === undefined ? [] : [[name, answer] as const];
      }),
    );
    const secret = secretOf(this.#wanted);
    const found = laggard(
      { replicas: 3, pods, answers, secret, lastEviction: this.#note },
      this.#clock,
    );
    const pod = this.#pods.find(({ name }) => name === found?.metadata.name);
    if (pod !== undefined) this.#evict(pod);
  }

  #evict(pod: ModelPod): void {
    this.#check(pod);
    if (this.#note?.uid !== pod.name) this.#note = { uid: pod.name, at: this.#clock };
    if (this.#budgetRefuses) return;
    this.evictions.push({ pod, at: this.#now });
    this.#pods = [...this.#pods.filter((each) => each !== pod), this.#newPod(this.#now)];
  }

  /** All that must be so where a pod may be evicted, as the pods themselves know it. */
  #check(pod: ModelPod): void {
    for (const each of this.#pods)
      assert.ok(each.mode !== "isSilent" && each.mode !== "refuses", `${each.name} ${each.mode}`);
    const lag = (pod.late.at(-1) ?? 0) - (pod.late[0] ?? 0);
    assert.ok(lag >= 60, `${pod.name} has lagged for ${lag} s`);
    const others = this.#pods.filter((each) => each !== pod);
    assert.ok(
      others.some((each) => each.revision === this.#wanted),
      "nobody else has loaded it",
    );
    const before = this.evictions.at(-1);
    assert.ok(before === undefined || this.#now - before.at >= 3_600, "the second one in an hour");
  }
}

function secretOf(wanted: number): Secret {
  const open = [{ lane: 0, address: "a0", uid: "u0", certificateSHA256: text(wanted) }];
  const lanes = JSON.stringify({ revision: text(wanted), open });
  return secretObject({ files: { "lanes.json": lanes, "lane-0.pem": "pem" } });
}

const pick = fc.nat(2);
const mode = fc.constantFrom<Mode>("loads", "isStuck", "isStuck", "refuses", "isSilent");
const often = { every: fc.constant(3), times: fc.integer({ min: 1, max: 40 }) };
const seldom = { every: fc.constantFrom(3, 15, 600), times: fc.integer({ min: 1, max: 8 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pod"), pick, mode }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("podStartsAgain"), pick }) },
  { weight: 3, arbitrary: fc.constant({ do: "somethingNewIsWanted" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "operatorRestarts" } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("clockJumps"),
      seconds: fc.integer({ min: -100_000, max: 4_000_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("budget"), refuses: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("timePasses"), ...often }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("timePasses"), ...seldom }) },
);

test("no pod is evicted that is silent, refuses or has not lagged for a minute, and none within an hour of another, whatever the history", () => {
  let evicted = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const model = new Model();
      for (const each of steps) model.act(each);
      evicted += model.evictions.length;
    }),
    { seed: 20_261_128, numRuns: 1_500 },
  );
  assert.ok(evicted > 50, `only ${evicted} evictions came about: this shows nothing`);
});

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { pino } from "pino";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { Rounds, type RoundsOptions } from "../../../src/reachability/io/rounds.ts";
import type { Round, Source } from "../../../src/reachability/sources/source.ts";
import { minutes, seconds } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";
import { agent, vantagePoint } from "./stage.ts";

const address = "203.0.113.9";
const target = {
  address,
  ports: [{ listener: "chat", port: 443 }],
  certificateSHA256: undefined,
  mediaServerName: "whatsapp.net",
} as const;

const evidence: TestEvidence = {
  kind: "test",
  address,
  at: noon,
  vantagePoint: "globalping-ir",
  country: "IR",
  role: "Probe",
  listener: "chat",
  outcome: { kind: "Worked", upTo: "tls" },
  reachesElse: true,
};
const worked: Round = { evidence: [evidence], answer: { kind: "worked" } };

/** A source whose rounds end when the test says so. */
class HeldSource implements Source {
  readonly begun: AbortSignal[] = [];
  readonly #end = Promise.withResolvers<Round>();

  async measure(_targets: unknown, signal: AbortSignal): Promise<Round> {
    this.begun.push(signal);
    return this.#end.promise;
  }

  /** Ends all rounds, those to come as well. */
  end(round: Round): void {
    this.#end.resolve(round);
  }
}

const iran = vantagePoint();
const found: TestEvidence[] = [];
const made: string[] = [];
const lines: string[] = [];
beforeEach(() => {
  for (const list of [found, made, lines]) list.length = 0;
});

const token = { found: Buffer.from("s3cr3t").toString("base64") };

function roundsOf(source: Source | undefined, given: Partial<RoundsOptions> = {}): Rounds {
  const get = async () => ({ metadata: {}, data: { token: token.found } });
  return new Rounds({
    sourceOf: ({ metadata }, token) => {
      made.push(`${metadata.name} ${token ?? "without a token"}`);
      return source;
    },
    tokens: { client: { get } as never, namespace: "proxyfleet-system" },
    evidence: (all) => found.push(...all),
    now: () => noon,
    random: () => 0.5,
    log: pino({ level: "trace" }, { write: (line) => lines.push(line) }),
    ...given,
  });
}

/** Asks for a round, and resolves when it has ended. */
async function ended(rounds: Rounds, by: VantagePoint = iran): Promise<void> {
  const ask = { vantagePoint: by, targets: [target], isQuick: false };
  return new Promise((resolve) => rounds.ask(ask, resolve));
}

const answering = (round: Round): Source => ({ measure: async () => round });

describe("a round", () => {
  test("hands on what it found, and is remembered", async () => {
    const rounds = roundsOf(answering(worked));
    await ended(rounds);
    assert.deepEqual(found, [evidence]);
    const { answer, last, endedAt } = rounds.memory("globalping-ir") ?? assert.fail();
    assert.deepEqual([answer, last, endedAt], [worked.answer, { at: noon, results: 1 }, noon]);
  });

  test("hands on nothing of an address that it was not asked to test", async () => {
    const other = { ...evidence, address: "203.0.113.10" };
    const rounds = roundsOf(answering({ ...worked, evidence: [other] }));
    await ended(rounds);
    assert.deepEqual(found, []);
    assert.equal(rounds.memory("globalping-ir")?.last, undefined);
  });

  test("that failed hands on what it found until then", async () => {
    const rounds = roundsOf(answering({ ...worked, answer: { kind: "failed", message: "429" } }));
    await ended(rounds);
    assert.deepEqual(found, [evidence]);
    assert.equal(rounds.memory("globalping-ir")?.failures, 1);
  });

  test("whose source throws has failed, and no more", async () => {
    const rounds = roundsOf({
      measure: async () => {
        throw new Error("broken");
      },
    });
    await ended(rounds);
    assert.equal(rounds.memory("globalping-ir")?.answer.kind, "failed");
  });

  test("is remembered where what takes its evidence throws", async () => {
    const rounds = roundsOf(answering(worked), {
      evidence: () => {
        throw new Error("no room");
      },
    });
    await ended(rounds);
    assert.equal(rounds.memory("globalping-ir")?.answer.kind, "worked");
    assert.ok(lines.some((line) => line.includes("no room")));
  });

  test("of a vantage point that goes meanwhile is stopped, and what it found counts no more", async () => {
    const source = new HeldSource();
    const rounds = roundsOf(source);
    const end = ended(rounds);
    rounds.forget("globalping-ir");
    assert.equal(source.begun[0]?.aborted, true);
    source.end(worked);
    await end;
    assert.deepEqual([found, rounds.memory("globalping-ir")], [[], undefined]);
  });

  test("that this version can't make says so", async () => {
    const rounds = roundsOf(undefined);
    await ended(rounds);
    assert.equal(rounds.memory("globalping-ir")?.answer.kind, "notImplemented");
  });
});

describe("a token", () => {
  const signed = vantagePoint({ globalping: { tokenSecretRef: { name: "globalping" } } });

  test("is read for each round, and a source lives as long as it", async () => {
    const rounds = roundsOf(answering(worked));
    await ended(rounds, signed);
    await ended(rounds, signed);
    assert.deepEqual(made, ["globalping-ir s3cr3t"]);
    token.found = Buffer.from("n3w").toString("base64");
    await ended(rounds, signed);
    assert.deepEqual(made, ["globalping-ir s3cr3t", "globalping-ir n3w"]);
    assert.ok(!lines.some((line) => /s3cr3t|n3w/.test(line)), lines.join(""));
  });

  test("that is missing keeps the service from being asked", async () => {
    const rounds = roundsOf(answering(worked), {
      tokens: { client: { get: async () => undefined }, namespace: "proxyfleet-system" },
    });
    await ended(rounds, signed);
    const { answer } = rounds.memory("globalping-ir") ?? assert.fail();
    assert.ok(answer.kind === "tokenMissing" && answer.message.includes("no Secret"));
    assert.deepEqual([made, found], [[], []]);
  });

  test("of an agent is looked for, and nobody is asked", async () => {
    const rounds = roundsOf(answering(worked));
    await ended(rounds, agent);
    assert.equal(rounds.memory("volunteer")?.answer.kind, "worked");
    assert.deepEqual([made, found], [[], []]);
  });
});

describe("a quota", () => {
  const quota = { left: 12, renewedInMs: minutes(30) };

  test("is what the service said last, also for another vantage point of the account", async () => {
    const rounds = roundsOf(answering({ ...worked, quota }));
    await ended(rounds);
    const other = vantagePoint({ country: "RU" }, { name: "globalping-ru" });
    assert.deepEqual(rounds.quota(other), { left: 12, renewedAt: at(1800) });
  });

  test("is none of an account of its own", async () => {
    const rounds = roundsOf(answering({ ...worked, quota }));
    await ended(rounds);
    const signed = vantagePoint({ globalping: { tokenSecretRef: { name: "own" } } });
    assert.equal(rounds.quota(signed), undefined);
  });

  test("that is renewed in days is believed for two hours", async () => {
    const rounds = roundsOf(
      answering({ ...worked, quota: { left: 0, renewedInMs: seconds(1e6) } }),
    );
    await ended(rounds);
    assert.deepEqual(rounds.quota(iran), { left: 0, renewedAt: at(7200) });
  });
});

describe("an agent that was there", () => {
  test("is remembered, and its vantage point looks again", () => {
    const rounds = roundsOf(undefined);
    const names: string[] = [];
    rounds.onHeard((name) => names.push(name));
    rounds.heard(agent, 3);
    assert.deepEqual(names, ["volunteer"]);
    assert.deepEqual(rounds.memory("volunteer")?.last, { at: noon, results: 3 });
  });
});

test("a slow service keeps no other one from being asked", async () => {
  const slow = new HeldSource();
  const rounds = roundsOf(undefined, {
    sourceOf: ({ spec }) => (spec.globalping === undefined ? answering(worked) : slow),
  });
  for (let n = 0; n < 40; n++)
    rounds.ask(
      { vantagePoint: vantagePoint({}, { name: `slow-${n}` }), targets: [target], isQuick: false },
      () => undefined,
    );
  const other = { globalping: undefined, checkHost: {} };
  await ended(rounds, vantagePoint(other, { name: "check-host" }));
  assert.deepEqual(found, [evidence]);
  assert.ok(slow.begun.length <= 8, `${slow.begun.length} rounds at once`);
  slow.end(worked);
});

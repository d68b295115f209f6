import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { pino } from "pino";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { ApiUnreachableError, ForbiddenError } from "../../../src/kubernetes/errors.ts";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import { allEvidence, usualLimits } from "../../../src/reachability/evidence-log.ts";
import { EvidenceKeeper } from "../../../src/reachability/io/evidence-keeper.ts";
import { configMapStore } from "../../../src/reachability/io/evidence-store.ts";
import type { Outcome } from "../../../src/runtime/controller.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";
import { address, failed, noon, policy, report, worked } from "./build.ts";

const log = pino({ level: "silent" });
const refusal = { status: 403, reason: "Forbidden", message: "no right" };
const other = "203.0.113.10";

/** A namespace with one ConfigMap, or none. */
class FakeServer {
  kept: KubeObject | undefined;
  writes = 0;
  failure: Error | undefined;

  readonly client = {
    get: async () => this.#answer(this.kept),
    apply: async (_of: unknown, object: KubeObject) => {
      this.writes++;
      this.#answer(undefined);
      this.kept = object;
      return object;
    },
  };

  #answer<T>(answer: T): T {
    if (this.failure !== undefined) throw this.failure;
    return answer;
  }
}

let server: FakeServer;
let ms: number;
let timers: number[];
let known: Set<string>;
beforeEach(() => {
  server = new FakeServer();
  ms = 0;
  timers = [];
  known = new Set([address, other]);
});

function keeperOf(): EvidenceKeeper {
  const timer = (delayMs: number) => {
    timers.push(delayMs);
    return () => undefined;
  };
  return new EvidenceKeeper({
    store: configMapStore(server.client as never, "proxyfleet-system"),
    queue: new WorkQueue({ now: () => ms, random: () => 0, timer }),
    limits: () => usualLimits([policy.blockedWhen]),
    addresses: () => known,
    now: () => noon,
    clock: () => ms,
  });
}

async function turn(keeper: EvidenceKeeper): Promise<Outcome> {
  return keeper.controller.reconcile("log", log);
}

const held = (keeper: EvidenceKeeper): readonly Evidence[] => allEvidence(keeper.log ?? new Map());

describe("the leader's evidence", () => {
  test("is unknown until what was kept has been read", async () => {
    const keeper = keeperOf();
    keeper.add([failed("a", -60)]);
    assert.equal(keeper.log, undefined);
    server.failure = new ApiUnreachableError("no route");
    await assert.rejects(turn(keeper), ApiUnreachableError);
    assert.equal(keeper.log, undefined);
    server.failure = undefined;
    await turn(keeper);
    assert.deepEqual(held(keeper), [failed("a", -60)]);
  });

  test("starts empty where the rights of an older chart let nobody read it", async () => {
    const keeper = keeperOf();
    server.failure = new ForbiddenError("GET configmaps", refusal);
    await turn(keeper);
    assert.deepEqual(held(keeper), []);
  });

  test("is taken in together: whoever listens hears each address once", async () => {
    const keeper = keeperOf();
    await turn(keeper);
    const news: (readonly string[])[] = [];
    keeper.onNews((addresses) => news.push(addresses));
    keeper.add([failed("a", -60), failed("b", -50)]);
    keeper.add([worked("a", -40, { address: other })]);
    assert.deepEqual([timers.at(-1), held(keeper)], [1_000, []]);
    await turn(keeper);
    assert.deepEqual(news, [[address, other]]);
    assert.equal(held(keeper).length, 3);
  });

  test("is of addresses of the ledger alone", async () => {
    const keeper = keeperOf();
    keeper.add([failed("a", -60), failed("a", -60, { address: "198.51.100.1" })]);
    await turn(keeper);
    assert.deepEqual(held(keeper), [failed("a", -60)]);
    known.delete(address);
    keeper.add([worked("a", -40, { address: other })]);
    await turn(keeper);
    assert.deepEqual(held(keeper), [worked("a", -40, { address: other })]);
  });

  test("is bounded while it waits: the oldest goes", async () => {
    const keeper = keeperOf();
    keeper.add([report("Operator", -60)]);
    keeper.add(Array.from({ length: 16_384 }, (_, index) => failed(`v${index % 7}`, -index % 900)));
    await turn(keeper);
    assert.ok(held(keeper).every(({ kind }) => kind === "test"));
  });

  test("is written once a minute at most, and only where something was heard", async () => {
    const keeper = keeperOf();
    assert.deepEqual(await turn(keeper), { kind: "done" });
    assert.equal(server.writes, 1, "nothing was kept yet: a missing right would show");
    await turn(keeperOf());
    assert.equal(server.writes, 1, "that nothing is known is written down once");
    assert.deepEqual(await turn(keeper), { kind: "done" });
    keeper.add([failed("a", -60)]);
    assert.deepEqual(await turn(keeper), { kind: "done" });
    assert.equal(server.writes, 2, "the first that is known is written at once");
    ms = 10_000;
    keeper.add([failed("b", -50)]);
    assert.deepEqual(await turn(keeper), { kind: "requeue", afterMs: 50_000 });
    assert.equal(server.writes, 2);
    ms = 60_000;
    await turn(keeper);
    await turn(keeper);
    assert.equal(server.writes, 3);
  });

  test("is written a minute later where the server refuses it, and works on meanwhile", async () => {
    const keeper = keeperOf();
    await turn(keeper);
    ms = 60_000;
    server.failure = new ForbiddenError("GET configmaps", refusal);
    keeper.add([failed("a", -60)]);
    assert.equal((await turn(keeper)).kind, "failed");
    assert.equal((await turn(keeper)).kind, "requeue");
    assert.deepEqual([server.writes, held(keeper)], [2, [failed("a", -60)]]);
    const before = server.kept;
    server.failure = undefined;
    ms = 120_000;
    await turn(keeper);
    assert.notEqual(server.kept, before);
  });

  test("is there again after a restart, and says so of every address", async () => {
    const first = keeperOf();
    first.add([failed("a", -60), report("Operator", -30)]);
    await turn(first);
    const second = keeperOf();
    const news: (readonly string[])[] = [];
    second.onNews((addresses) => news.push(addresses));
    await turn(second);
    assert.deepEqual(held(second), held(first));
    assert.deepEqual(news, [[address, other]]);
    assert.equal(server.writes, 1, "what was read is not written again");
  });
});

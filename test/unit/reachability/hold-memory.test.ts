import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HoldMemory } from "../../../src/reachability/hold-memory.ts";
import type { Outage } from "../../../src/reachability/outage.ts";
import { at, noon } from "./build.ts";

const outage: Outage = { kind: "Feed", because: "the country is down", until: undefined };
const quiet = { outage: undefined, waiting: 0 };
const key = "IR 50 1800000";
const slot = (id: string) => ({ id, fleet: id, since: at(-900) });

describe("what is remembered of a country's holds", () => {
  test("nothing was held, where few wait as this process begins to lead", () => {
    const memory = new HoldMemory(() => noon);
    memory.note(key, { outage: undefined, waiting: 2 }, noon);
    assert.deepEqual(memory.state(key), { phase: "Released", endedAt: 0 });
  });

  test("many that wait then may have been held", () => {
    const memory = new HoldMemory(() => noon);
    memory.note(key, { outage: undefined, waiting: 3 }, noon);
    assert.deepEqual(memory.state(key), { phase: "Released", endedAt: noon });
  });

  test("many that wait under a rule that is new later were not: a person has set it", () => {
    const memory = new HoldMemory(() => noon);
    memory.note("IR 100 1800000", { outage: undefined, waiting: 40 }, at(60));
    assert.deepEqual(memory.state("IR 100 1800000"), { phase: "Released", endedAt: 0 });
  });

  test("who does not lead has seen nothing", () => {
    const memory = new HoldMemory(() => undefined);
    memory.note(key, { outage: undefined, waiting: 3 }, at(60));
    assert.deepEqual(memory.state(key), { phase: "Released", endedAt: at(60) });
  });

  test("the end of a hold is told once", () => {
    const memory = new HoldMemory(() => noon);
    assert.equal(memory.note(key, { outage, waiting: 0 }, noon), false);
    assert.equal(memory.note(key, quiet, at(60)), true);
    assert.equal(memory.note(key, quiet, at(61)), false);
    assert.deepEqual(memory.state(key), { phase: "Released", endedAt: at(60) });
  });

  test("the first turn of a slot, for as long as it waits", () => {
    const memory = new HoldMemory(() => noon);
    memory.note(key, quiet, noon);
    const turns = () =>
      memory.withTurns(key, [slot("a"), slot("b")]).map(({ offeredAt }) => offeredAt);
    assert.deepEqual(turns(), [undefined, undefined]);
    memory.offer(key, { ids: ["a"], waiting: memory.withTurns(key, [slot("a"), slot("b")]) }, noon);
    memory.offer(
      key,
      { ids: ["a", "b"], waiting: memory.withTurns(key, [slot("a"), slot("b")]) },
      at(60),
    );
    assert.deepEqual(turns(), [noon, at(60)]);
    memory.offer(key, { ids: [], waiting: memory.withTurns(key, [slot("b")]) }, at(61));
    assert.deepEqual(turns(), [undefined, at(60)]);
  });
});

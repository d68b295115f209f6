import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readCarried } from "../../../../src/cli/read/carried.ts";
import type { Right } from "../../../../src/cli/call/missing-right.ts";
import { ApiUnreachableError, ForbiddenError } from "../../../../src/kubernetes/errors.ts";
import { podObject } from "../../../objects/pod.ts";

const status = { revision: "1", lanes: [{ lane: 0, open: true, address: "a", sessions: 2 }] };
const running = (name: string) => podObject({ name, status: { phase: "Running" } });
const pods = [running("one"), running("two")];
const forbidden = new ForbiddenError("get", { status: 403, reason: "Forbidden", message: "no" });

async function read(answers: Readonly<Record<string, unknown>>, of = pods) {
  const lacks: Right[] = [];
  const askPod = async (_pods: unknown, { name }: { readonly name: string }) => {
    const answer = answers[name];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const carried = await readCarried({ askPod }, of, { lacks: (right) => void lacks.push(right) });
  return { sessions: carried && Object.fromEntries(carried.sessions), lacks };
}

describe("what pods are asked for", () => {
  test("is added up", async () =>
    assert.deepEqual((await read({ one: status, two: status })).sessions, { a: 4 }));
  test("is unknown while one does not answer", async () => {
    const silent = new ApiUnreachableError("get got no answer");
    const { sessions, lacks } = await read({ one: status, two: silent });
    assert.deepEqual([sessions, lacks], [undefined, []]);
  });
  test("is unknown where a stranger answers something else", async () =>
    assert.equal((await read({ one: status, two: { hello: 1 } })).sessions, undefined));
  test("needs a right, which is named once", async () => {
    const { sessions, lacks } = await read({ one: forbidden, two: forbidden });
    assert.equal(sessions, undefined);
    assert.deepEqual(lacks, [
      { verb: "get", of: { group: "", plural: "pods/proxy" }, namespace: "proxies" },
    ]);
  });
  test("is unknown where there is no pod", async () =>
    assert.equal((await read({}, [])).sessions, undefined));
  test("is not asked of pods that never started", async () => {
    const pending = podObject({ name: "three", status: { phase: "Pending" } });
    assert.deepEqual((await read({ one: status }, [running("one"), pending])).sessions, { a: 2 });
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NotFoundError } from "../../../src/kubernetes/errors.ts";
import { ServedKinds, followServedKinds } from "../../../src/kubernetes/served-kinds.ts";

const kind = "metallb.io/v1beta1/servicebgpstatuses";
const found = { resources: [{ name: "ipaddresspools" }, { name: "servicebgpstatuses" }] };

/** What is known after each look, of a server that answers so. */
async function known(...answers: readonly (() => object)[]): Promise<readonly boolean[]> {
  const kinds = new ServedKinds();
  const stop = new AbortController();
  const seen: boolean[] = [];
  const client = { raw: async <T>(path: string) => answer(path) as T };
  const answer = (path: string): object => {
    assert.equal(path, "/apis/metallb.io/v1beta1");
    return answers[seen.length]!();
  };
  const sleep = async () => {
    seen.push(kinds.has(kind));
    if (seen.length === answers.length) stop.abort();
  };
  const log = { debug: () => undefined };
  const options = { client, into: kinds, kinds: [kind], sleep, log };
  await followServedKinds(options, stop.signal);
  return seen;
}

describe("a kind that others install", () => {
  const missing = () => {
    throw new NotFoundError("get raw", { status: 404, reason: "NotFound", message: "none" });
  };
  const silent = () => {
    throw new Error("no answer");
  };

  test("is known once the server has said so, and stays so while it says nothing", async () =>
    assert.deepEqual(await known(silent, () => found, silent), [false, true, true]));

  test("is not known where its group is missing, or has other kinds", async () =>
    assert.deepEqual(
      await known(
        missing,
        () => found,
        missing,
        () => ({}),
      ),
      [false, true, false, false],
    ));
});

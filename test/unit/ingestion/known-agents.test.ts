import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { KnownAgents } from "../../../src/ingestion/io/known-agents.ts";
import { vantagePointOf } from "../../../src/ingestion/io/tokens.ts";
import { ApiUnreachableError, ForbiddenError } from "../../../src/kubernetes/errors.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { encodeBase32 } from "../../../src/probe/base32.ts";
import { secretObject } from "../../objects/secret.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";

const tokenOf = (byte: number) => encodeBase32(Buffer.alloc(20, byte));
const [first, second] = [tokenOf(1), tokenOf(2)];

let version = 1;
let store: Store<CustomObject>;
let agents: KnownAgents;
/** What is in the Secrets, by name; or why the API server does not say. */
let tokens: Record<string, string> | Error;
let reads = 0;

beforeEach(() => {
  version = 1;
  reads = 0;
  tokens = { tehran: first };
  store = new Store<CustomObject>();
  const get = async (_: unknown, { name }: { readonly name: string }) => {
    reads += 1;
    if (tokens instanceof Error) throw tokens;
    const token = tokens[name];
    return token === undefined ? undefined : secretObject({ name, files: { token } });
  };
  const namespace = "proxyfleet-system";
  agents = new KnownAgents({
    vantagePoints: store,
    tokens: { client: { get: get as never }, namespace },
  });
});

/** A vantage point of an agent, as the watch brings it. */
function write(uid: string, secret = "tehran", metadata: object = {}): void {
  const spec = { globalping: undefined, agent: { tokenSecretRef: { name: secret } } };
  version += 1;
  store.recordEvent(
    "MODIFIED",
    vantagePointObject({
      name: "tehran",
      spec,
      metadata: { uid, generation: 1, resourceVersion: String(version), ...metadata },
    }),
  );
}

function remove(): void {
  const last = store.get({ name: "tehran" });
  if (last !== undefined) store.recordEvent("DELETED", last);
}

/** Whom a token lets in, as far as the endpoint knows without asking. */
const known = (token: string) => vantagePointOf(`Bearer ${token}`, agents.all);

/** Whether a token lets an agent in. */
async function letsIn(token: string): Promise<boolean> {
  const found = known(token);
  return found !== undefined && (await agents.isConfirmed(found));
}

describe("an agent is let in", () => {
  beforeEach(async () => {
    write("u1");
    await agents.refresh("all");
  });

  test("with its token, and with no other one", async () => {
    assert.equal(await letsIn(first), true);
    assert.equal(await letsIn(second), false);
    assert.equal(await letsIn(""), false);
  });

  test("no more once the token is deleted", async () => {
    tokens = {};
    assert.equal(await letsIn(first), false);
    assert.equal(known(first), undefined);
  });

  test("no more once the token is another one, which counts from then on", async () => {
    tokens = { tehran: second };
    assert.equal(await letsIn(first), false);
    assert.equal(await letsIn(second), true);
  });

  test("no more once its vantage point is deleted, or about to be", async () => {
    write("u1", "tehran", { deletionTimestamp: "2026-11-23T12:00:00Z" });
    assert.equal(known(first), undefined);
    write("u2");
    await agents.refresh("all");
    assert.equal(await letsIn(first), true);
    remove();
    assert.equal(known(first), undefined);
  });

  test("no more once its vantage point names another Secret", async () => {
    tokens = { tehran: first, other: second };
    write("u1", "other");
    assert.equal(known(first), undefined);
    await agents.refresh("unknown");
    assert.equal(await letsIn(second), true);
  });

  const refusal = { status: 403, reason: "Forbidden", message: "" };
  const silences: Record<string, Error> = {
    "while the API server does not answer": new ApiUnreachableError("no answer"),
    "while the operator may not read tokens": new ForbiddenError("get secrets", refusal),
  };
  for (const [name, error] of Object.entries(silences))
    test(`${name}, as before`, async () => {
      tokens = error;
      assert.equal(await letsIn(first), true);
      assert.equal(await agents.refresh("all"), false);
      assert.equal(await letsIn(first), true);
    });
});

describe("a token", () => {
  test("that no line can have lets nobody in", async () => {
    tokens = { tehran: "guess" };
    write("u1");
    assert.equal(await agents.refresh("all"), true);
    assert.equal(known("guess"), undefined);
  });

  test("that is known is not read again for what strangers send, nor while others are missing", async () => {
    write("u1");
    await agents.refresh("all");
    const before = reads;
    assert.equal(await letsIn(second), false);
    await agents.refresh("unknown");
    assert.equal(reads, before);
  });

  test("is read as soon as there is a vantage point for it", async () => {
    write("u1");
    assert.equal(reads, 1);
  });
});

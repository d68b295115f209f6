import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { ConflictError } from "../../../src/kubernetes/errors.ts";
import { Trouble } from "../../../src/cluster/trouble.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { followShareKey, readShareKey } from "../../../src/share/io/key-keeper.ts";
import { keySecret, keySecretPlace, readKeySecret } from "../../../src/share/key-secret.ts";
import { secretObject } from "../../objects/secret.ts";

const namespace = "proxyfleet-system";
const place = keySecretPlace(namespace);
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const stored = (byte: number, resourceVersion: string): Secret => {
  const { metadata, ...secret } = keySecret(namespace, keyOf(byte));
  return { ...secret, metadata: { ...metadata, uid: "u", resourceVersion } };
};

/** An API server with one Secret, which somebody else may write just before we do. */
class Server {
  secret: Secret | undefined;
  faster: Secret | undefined;
  creations = 0;
  version = 100;
  isInUse = false;
  readonly store = new Store<Secret>();

  constructor(secret?: Secret) {
    this.secret = secret;
  }

  readonly client = {
    get: async () => Promise.resolve(this.secret),
    create: async (_: unknown, { metadata, ...secret }: Secret) => {
      this.creations += 1;
      this.secret ??= this.faster;
      if (this.secret !== undefined)
        throw new ConflictError("create secrets", { status: 409, reason: "", message: "" });
      this.version += 1;
      const live = { ...metadata, uid: `u${this.version}`, resourceVersion: `${this.version}` };
      return Promise.resolve((this.secret = { ...secret, metadata: live }));
    },
  };

  async read(mayMake = true, makeKey = () => keyOf(1)): Promise<void> {
    const client = this.client as never;
    const { store } = this;
    const isInUse = () => this.isInUse;
    return readShareKey({ client, namespace, store, mayMake: () => mayMake, isInUse, makeKey });
  }

  get known(): number | undefined {
    return readKeySecret(this.store.get(place))?.key[0];
  }
}

describe("the key of share pages", () => {
  test("is made where the server says that there is none, and kept", async () => {
    const server = new Server();
    await server.read();
    await server.read(true, () => keyOf(2));
    assert.deepEqual([server.known, server.creations], [1, 1]);
    assert.equal(server.secret?.metadata.ownerReferences, undefined);
  });

  test("that was lost is not replaced while pages or names follow from it", async () => {
    const server = new Server();
    server.isInUse = true;
    await assert.rejects(server.read(), /is gone, and share pages or names .* put it back/);
    assert.deepEqual([server.known, server.creations], [undefined, 0]);
  });

  test("that was deleted while it is known is written again", async () => {
    const server = new Server(stored(3, "5"));
    await server.read();
    [server.secret, server.isInUse] = [undefined, true];
    await server.read(true, () => keyOf(2));
    assert.deepEqual([server.known, server.creations], [3, 1]);
  });

  test("is made by the replica that leads alone", async () => {
    const server = new Server();
    await server.read(false);
    assert.deepEqual([server.known, server.creations], [undefined, 0]);
  });

  test("is somebody else's where he was faster", async () => {
    const server = new Server();
    server.faster = stored(9, "5");
    await server.read();
    assert.equal(server.known, 9);
  });

  test("is not made where the server can't be asked", async () => {
    const server = new Server();
    server.client.get = async () => Promise.reject(new Error("refused"));
    await assert.rejects(server.read(), /refused/);
    assert.equal(server.creations, 0);
  });

  test("is written again with all renewals where somebody deleted it, by the replica that leads", async () => {
    const before = stored(3, "5");
    before.data = { ...before.data, "proxies.family.0": btoa("1 x") };
    const server = new Server(before);
    await server.read();
    server.secret = undefined;
    await server.read(false);
    assert.deepEqual([server.known, server.secret], [3, undefined]);
    await server.read();
    assert.deepEqual((server.secret as Secret | undefined)?.data, before.data);
    assert.equal(server.known, 3);
  });

  test("follows what an admin puts back from a backup, also where versions went back", async () => {
    const server = new Server(stored(3, "50"));
    await server.read();
    server.secret = stored(4, "7");
    await server.read();
    assert.equal(server.known, 4);
  });

  test("stays in use where the Secret has none of 32 bytes, and what to do is said without it", async () => {
    const server = new Server(stored(3, "5"));
    await server.read();
    server.secret = secretObject({ ...place, files: { key: "short" } });
    await assert.rejects(server.read(), (error: Error) => {
      assert.equal(error.name, "ShareKeyError");
      assert.match(
        error.message,
        /^Secret proxyfleet-system\/proxyfleet-share-key has no field key of 32/,
      );
      assert.ok(!error.message.includes("short"));
      return true;
    });
    assert.equal(server.known, 3);
  });

  test("is not taken from a reading that a write of this process overtook", async () => {
    const server = new Server(stored(3, "5"));
    await server.read();
    const written = stored(3, "8");
    server.client.get = async () => {
      server.store.recordWrite(written);
      return Promise.resolve(stored(3, "6"));
    };
    await server.read();
    assert.equal(server.store.get(place)?.metadata.resourceVersion, "8");
  });

  test("tells listeners of news alone: fleets are looked at again for each", async () => {
    const server = new Server(stored(3, "5"));
    let changes = 0;
    server.store.onChange(() => (changes += 1));
    await server.read();
    await server.read();
    assert.equal(changes, 1);
  });

  test("is looked for again until it is there, and a problem is logged once", async () => {
    const server = new Server();
    const refusals = [new Error("refused"), new Error("refused"), undefined];
    const get = server.client.get;
    server.client.get = async () => {
      const refusal = refusals.shift();
      return refusal === undefined ? get() : Promise.reject(refusal);
    };
    const stop = new AbortController();
    const lines: string[] = [];
    const trouble = new Trouble();
    const troubles: string[] = [];
    trouble.onTurn(() => troubles.push(trouble.words));
    const sleeps: number[] = [];
    await followShareKey(
      {
        client: server.client as never,
        namespace,
        store: server.store,
        mayMake: () => true,
        isInUse: () => false,
        makeKey: () => keyOf(1),
        sleep: async (ms) => {
          sleeps.push(ms);
          if (server.known !== undefined) stop.abort();
          return Promise.resolve();
        },
        log: pino({}, { write: (line) => lines.push(line) }),
        trouble,
      },
      stop.signal,
    );
    assert.deepEqual(sleeps, [1_000, 1_000, 5_000]);
    assert.equal(lines.length, 1);
    assert.deepEqual(troubles, ["refused", ""], "fleets say it, and say it no more");
    assert.ok(!lines.join().includes(Buffer.from(keyOf(1)).toString("base64")));
  });
});

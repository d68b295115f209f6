import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { KeptSpells } from "../../../src/news/io/kept-spells.ts";
import { SecretError, SigningKeys } from "../../../src/news/io/signing-keys.ts";
import { type Spell, decodeSpells, encodeSpells } from "../../../src/news/spells.ts";
import { type Instant, minutes, plus } from "../../../src/values/time.ts";
import { noon, receiver, whsec } from "./build.ts";

const log = pino({ level: "silent" });
const signal = new AbortController().signal;
const low = { kind: "PoolLow", subject: "metallb-a", because: "1 of 9" } as const;

describe("since when something lasts", () => {
  /** A ConfigMap, as far as the API server answers. */
  class FakeStore {
    text = "[]";
    writes = 0;
    isUp = true;

    async read(): Promise<readonly Spell[]> {
      if (!this.isUp) throw new Error("down");
      return decodeSpells(this.text);
    }

    async write(spells: readonly Spell[]): Promise<void> {
      if (!this.isUp) throw new Error("down");
      this.writes += 1;
      this.text = encodeSpells(spells);
    }
  }

  const look = (now: Instant) => ({ lasting: [low], known: ["PoolLow"] as const, now });

  test("is the same for who leads next, and is written once", async () => {
    const store = new FakeStore();
    const first = await new KeptSpells(store).after(look(noon), log);
    const next = new KeptSpells(store);
    assert.deepEqual(await next.after(look(plus(noon, minutes(5))), log), first);
    assert.equal(first[0]?.since, noon);
    assert.equal(store.writes, 1);
  });

  test("is nothing while what was kept can't be read, and is found once it can", async () => {
    const store = new FakeStore();
    store.isUp = false;
    const kept = new KeptSpells(store);
    assert.deepEqual(await kept.after(look(noon), log), []);
    store.isUp = true;
    assert.equal((await kept.after(look(noon), log)).length, 1);
  });

  test("is announced though it can't be written, which is tried again", async () => {
    const store = new FakeStore();
    const kept = new KeptSpells(store);
    await kept.after({ ...look(noon), lasting: [] }, log);
    store.isUp = false;
    assert.equal((await kept.after(look(noon), log)).length, 1);
    store.isUp = true;
    await kept.after(look(noon), log);
    assert.equal(store.writes, 1);
  });
});

describe("a receiver's secret", () => {
  let secret: string | undefined | Error = whsec;
  let now: Instant = noon;
  let reads = 0;
  const client = {
    get: async () => {
      reads += 1;
      if (secret instanceof Error) throw secret;
      return secret && { data: { secret: Buffer.from(`${secret}\n`).toString("base64") } };
    },
  } as never;
  const keys = new SigningKeys({ client, namespace: "home" }, () => now);
  const read = async () => keys.of(receiver(), signal);

  test("is read once a minute, and kept while the API server gives no answer", async () => {
    const first = await read();
    assert.equal(await read(), first);
    assert.equal(reads, 1);
    now = plus(now, minutes(1));
    secret = new Error("down");
    assert.deepEqual(await read(), first);
    assert.equal(reads, 2);
  });

  test("that is gone or wrong is an error that says what to do, and quotes nothing", async () => {
    secret = undefined;
    await assert.rejects(read(), /there is no Secret home\/bot: kubectl create secret/);
    secret = "whsec_short";
    await assert.rejects(read(), (error) => {
      assert.ok(error instanceof SecretError);
      assert.match(error.message, /the key secret of the Secret bot must be whsec_/);
      return !error.message.includes("whsec_short");
    });
  });

  test("in a file that is not there is an error that names it", async () => {
    const place = { kind: "file", path: "/nowhere/secret" } as const;
    await assert.rejects(keys.of({ secret: place }, signal), /secretFile \/nowhere\/secret/);
  });
});

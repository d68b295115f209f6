import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { RestlessKeys } from "../../../src/runtime/restless-keys.ts";

let time: { now: number };
let keys: RestlessKeys;
beforeEach(() => {
  time = { now: 0 };
  keys = new RestlessKeys(() => time.now);
});

/** Comes every 10 ms, so often, and goes where it may. Gives how often it went. */
function comes(key: string, times: number, others: () => void = () => undefined): number {
  let went = 0;
  for (let n = 0; n < times; n++) {
    time.now += 10;
    others();
    if (keys.waitMs(key) > 0) continue;
    keys.went(key);
    went += 1;
  }
  return went;
}

describe("a key that comes again and again", () => {
  const busy = () => keys.went(`other-${time.now}`);

  test("goes each time while nothing else does", () => assert.equal(comes("a", 1_000), 1_000));

  test("goes once a second while others go, after forty times", () => {
    const inASecond = comes("a", 40, busy);
    assert.equal(inASecond, 40);
    const inTenSeconds = comes("a", 1_000, busy);
    assert.ok(inTenSeconds >= 10 && inTenSeconds <= 13, `${inTenSeconds}`);
  });

  test("says for how long it waits, and goes then", () => {
    comes("a", 110, busy);
    busy();
    const waitMs = keys.waitMs("a");
    assert.ok(waitMs > 0 && waitMs <= 1_000, `${waitMs}`);
    time.now += waitMs;
    busy();
    assert.equal(keys.waitMs("a"), 0);
  });

  test("goes each time while every fourth look gets on", () => {
    for (let n = 0; n < 250; n++) {
      assert.equal(comes("a", 4, busy), 4, `${n}`);
      keys.gotOn("a");
    }
  });

  test("goes three times more at once where a look gets on after all", () => {
    comes("a", 500, busy);
    keys.gotOn("a");
    const went = comes("a", 50, busy);
    assert.ok(went >= 3 && went <= 4, `${went}`);
  });

  test("shares that second with others like it", () => {
    for (const key of ["a", "b", "c"]) comes(key, 110);
    busy();
    keys.went("a");
    time.now += 2_990;
    busy();
    assert.equal(keys.waitMs("a"), 10);
  });

  test("goes each ten seconds, however many others are like it", () => {
    for (let n = 0; n < 20; n++) comes(`restless-${n}`, 110);
    busy();
    keys.went("restless-0");
    assert.equal(keys.waitMs("restless-0"), 10_000);
  });

  test("no longer shares it with what is calm again", () => {
    comes("b", 110);
    time.now += 200_000;
    assert.equal(comes("a", 110), 110);
    busy();
    keys.went("a");
    assert.equal(keys.waitMs("a"), 1_000);
  });

  test("keeps no other key waiting", () => {
    comes("a", 500, busy);
    assert.equal(keys.waitMs("b"), 0);
  });

  test("does not wait for another one like it", () => {
    for (let n = 0; n < 500; n++) for (const key of ["a", "b"]) comes(key, 1);
    time.now += 1_000;
    assert.equal(
      comes("a", 100, () => keys.went("b")),
      100,
    );
  });

  test("is like all others again when it has been calm", () => {
    comes("a", 500, busy);
    time.now += 120_000;
    assert.equal(comes("a", 30, busy), 30);
  });
});

test("keys that are calm are forgotten", () => {
  for (let n = 0; n < 10_000; n++) {
    time.now += 10;
    keys.went(`key-${n}`);
  }
  assert.ok(keys.size <= 101, `${keys.size}`);
});

import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { fleets } from "../../../src/api/resources.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiClient } from "../../../src/kubernetes/client.ts";
import { ApiUnreachableError } from "../../../src/kubernetes/errors.ts";
import { Reflector } from "../../../src/kubernetes/reflector.ts";
import { Store } from "../../../src/kubernetes/store.ts";

const minute = 60_000;

/** A reflector whose lists end as `list` says, with a clock that is set by hand. */
function reflector(list: () => Promise<never>): {
  readonly reflector: Reflector<CustomObject>;
  readonly time: { now: number };
} {
  const time = { now: 0 };
  const options = {
    client: { list } as unknown as ApiClient,
    resource: fleets,
    store: new Store<CustomObject>(),
    sleep: async () => new Promise<void>((resolve) => setImmediate(resolve)),
    random: () => 1,
    now: () => time.now,
    onFailure: () => undefined,
  };
  return { reflector: new Reflector<CustomObject>(options), time };
}

test("a reflector whose call never ends is idle for longer and longer", async () => {
  const { reflector: stuck, time } = reflector(async () => new Promise<never>(() => undefined));
  void stuck.run(new AbortController().signal);
  time.now = 6 * minute;
  const { idleMs, quietMs, isSynced } = stuck.progress;
  assert.deepEqual([idleMs, quietMs, isSynced], [6 * minute, 6 * minute, false]);
});

test("a reflector whose calls fail hears nothing, but is not idle: a restart would not help", async () => {
  const stop = new AbortController();
  const { reflector: failing, time } = reflector(async () =>
    Promise.reject(new ApiUnreachableError("no answer")),
  );
  const running = failing.run(stop.signal);
  time.now = 6 * minute;
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  assert.deepEqual([failing.progress.idleMs, failing.progress.quietMs], [0, 6 * minute]);
  stop.abort();
  await running;
});

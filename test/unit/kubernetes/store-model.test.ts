import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Store } from "../../../src/kubernetes/store.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { configMapObject } from "../../objects/config-map.ts";

/** What a server with few names may do, and what may befall its client in between. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant("write" as const),
    name: fc.constantFrom("a", "b", "c"),
    isOwn: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("delete" as const), name: fc.constantFrom("a", "b", "c") }),
  fc.record({ kind: fc.constant("hear" as const), count: fc.nat(4) }),
  fc.record({ kind: fc.constant("hearAgain" as const), back: fc.nat(6) }),
  fc.record({ kind: fc.constant("relist" as const) }),
);

interface Said {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
}

/** A server in plain data: its objects, and all that its watch says of them, in order. */
class ModelServer {
  readonly objects = new Map<string, KubeObject>();
  readonly said: Said[] = [];
  heard = 0;
  #version = 100;

  write(name: string): KubeObject {
    const type = this.objects.has(name) ? "MODIFIED" : "ADDED";
    const metadata = { resourceVersion: String(++this.#version) };
    const object = configMapObject(name, { namespace: "n", metadata });
    this.objects.set(name, object);
    this.said.push({ type, object });
    return object;
  }

  delete(name: string): void {
    const object = this.objects.get(name);
    if (object === undefined) return;
    this.objects.delete(name);
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    this.said.push({ type: "DELETED", object: { ...object, metadata } });
  }

  get version(): string {
    return String(this.#version);
  }
}

test("whatever is heard late, twice or out of date, the store ends as the server is", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const server = new ModelServer();
      const store = new Store<KubeObject>();
      const hear = (count: number): void => {
        for (const { type, object } of server.said.slice(server.heard, server.heard + count))
          store.recordEvent(type, object);
        server.heard = Math.min(server.said.length, server.heard + count);
      };
      for (const each of steps) {
        if (each.kind === "write") {
          const written = server.write(each.name);
          if (each.isOwn) store.recordWrite(written);
        } else if (each.kind === "delete") server.delete(each.name);
        else if (each.kind === "hear") hear(each.count);
        else if (each.kind === "hearAgain") {
          const old = server.said[server.heard - 1 - each.back];
          if (old !== undefined) store.recordEvent(old.type, old.object);
        } else {
          store.replaceAll([...server.objects.values()], server.version);
          server.heard = server.said.length;
        }
      }
      hear(server.said.length);
      const versions = (objects: Iterable<KubeObject>) =>
        [...objects]
          .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
          .toSorted();
      assert.deepEqual(versions(store.list()), versions(server.objects.values()));
    }),
    { numRuns: 2000 },
  );
});

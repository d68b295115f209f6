import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { namespaces } from "../../../src/kubernetes/builtin.ts";
import type { ApiClient } from "../../../src/kubernetes/client.ts";
import type { Namespace } from "../../../src/kubernetes/objects.ts";
import { Poll } from "../../../src/kubernetes/poll.ts";
import type { ObjectKey } from "../../../src/kubernetes/resource.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { namespaceObject } from "../../objects/namespace.ts";

const at = (name: string, version: number): Namespace => {
  const { metadata, ...rest } = namespaceObject(name);
  return { ...rest, metadata: { ...metadata, uid: name, resourceVersion: String(version) } };
};

/** A server of Namespaces, one store, and a poll for each name that looks when it is asked to. */
class Polled {
  readonly server = new Map<string, Namespace>();
  readonly store = new Store<Namespace>();
  readonly polls: ReadonlyMap<string, Poll<Namespace>>;
  #version = 100;
  #stop = new AbortController();

  constructor(names: readonly string[]) {
    this.polls = new Map(names.map((name) => [name, this.#poll(name)]));
  }

  #poll(name: string): Poll<Namespace> {
    const client = { get: async (_of: unknown, key: ObjectKey) => this.server.get(key.name) };
    return new Poll<Namespace>({
      client: client as unknown as ApiClient,
      resource: namespaces,
      store: this.store,
      name,
      sleep: async () => this.#stop.abort(),
      random: () => 0,
      now: () => 0,
      onFailure: (error) => assert.fail(String(error)),
    });
  }

  /** One look at one of them. */
  async look(name: string): Promise<void> {
    this.#stop = new AbortController();
    await this.polls.get(name)?.run(this.#stop.signal);
  }

  write(name: string): void {
    this.#version += 1;
    this.server.set(name, at(name, this.#version));
  }

  /** As a restore of etcd: the server's versions go back. */
  restore(): void {
    this.#version = 1;
    for (const name of this.server.keys()) this.write(name);
  }

  get known(): string {
    return shown(this.store.list());
  }
}

const shown = (objects: Iterable<Namespace>): string =>
  [...objects]
    .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ""}`)
    .toSorted()
    .join(" ");

const names = ["alpha", "beta", "gamma"] as const;
const name = fc.constantFrom(...names);
const change = fc.constantFrom("write" as const, "delete" as const, "look" as const);
const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ kind: change, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore" as const) }) },
);

describe("namespaces that are read one by one", () => {
  test("are all known, whichever of them changed last", async () => {
    const polled = new Polled(["alpha", "beta"]);
    for (const each of ["beta", "alpha"]) polled.write(each);
    for (const each of ["alpha", "beta"]) await polled.look(each);
    assert.equal(polled.known, "alpha@102 beta@101");
  });

  test("are known again after one of them was deleted and another one was read late", async () => {
    const polled = new Polled(["alpha", "beta"]);
    for (const each of ["beta", "alpha"]) polled.write(each);
    await polled.look("alpha");
    polled.server.delete("alpha");
    await polled.look("alpha");
    await polled.look("beta");
    assert.equal(polled.known, "beta@101");
  });

  test("are as the server has them after a look at each, whatever came before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const polled = new Polled(names);
        for (const each of steps) {
          if (each.kind === "write") polled.write(each.name);
          else if (each.kind === "delete") polled.server.delete(each.name);
          else if (each.kind === "look") await polled.look(each.name);
          else {
            polled.restore();
            for (const poll of polled.polls.values()) poll.relist();
          }
        }
        for (const each of names) await polled.look(each);
        assert.equal(polled.known, shown(polled.server.values()));
      }),
    );
  });
});

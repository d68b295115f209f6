import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { services } from "../../../src/kubernetes/builtin.ts";
import type { ApiClient, WatchOptions } from "../../../src/kubernetes/client.ts";
import { apiError } from "../../../src/kubernetes/errors.ts";
import { LeaderElection } from "../../../src/kubernetes/lease.ts";
import { defaultLeaseTimes } from "../../../src/kubernetes/lease-state.ts";
import type { KubeObject, Service } from "../../../src/kubernetes/objects.ts";
import { Reflector } from "../../../src/kubernetes/reflector.ts";
import { Store } from "../../../src/kubernetes/store.ts";

/** A server whose watches are silent: they wait for a version that is still to come. */
class RestoredServer {
  names: readonly string[] = ["kept", "ghost"];
  version = 1_000;
  /** The versions from which watches were asked for. */
  readonly watched: string[] = [];
  #heard = Promise.withResolvers<string>();

  /** Ends the watch that is open with an error. */
  end: (error: Error) => void = () => undefined;

  /** The version from which the next watch is asked for. */
  get nextWatch(): Promise<string> {
    return this.#heard.promise;
  }

  async list() {
    const resourceVersion = String(this.version);
    const items = this.names.map((name) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "proxies", resourceVersion },
    }));
    return { items, resourceVersion, continueToken: undefined };
  }

  async *watch(_of: unknown, { resourceVersion }: WatchOptions, signal: AbortSignal) {
    this.watched.push(resourceVersion);
    this.#heard.resolve(resourceVersion);
    this.#heard = Promise.withResolvers<string>();
    yield* await new Promise<never[]>((_resolve, reject) => {
      this.end = reject;
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }
}

test("a cache whose server went back to an earlier state is read again at once, ghosts and all", async () => {
  const server = new RestoredServer();
  const store = new Store<Service>();
  const failures: unknown[] = [];
  const reflector = new Reflector<Service>({
    client: server as unknown as ApiClient,
    resource: services,
    store,
    sleep: async () => new Promise<void>((resolve) => setImmediate(resolve)),
    random: () => 1,
    now: () => 0,
    onWentBack: () => assert.fail("nobody has to be told twice"),
    onFailure: (error) => failures.push(error),
  });
  const stop = new AbortController();
  const first = server.nextWatch;
  const running = reflector.run(stop.signal);
  assert.equal(await first, "1000");
  [server.names, server.version] = [["kept"], 900];
  const second = server.nextWatch;
  reflector.relist();
  assert.equal(await second, "900");
  assert.deepEqual(
    store.list().map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`),
    ["kept 900"],
  );
  assert.deepEqual([failures, reflector.progress.isSynced], [[], true]);
  stop.abort();
  await running;
  assert.deepEqual(server.watched, ["1000", "900"], "it ends when it is told to");
});

test("a list that is older than the one before says that the server went back", async () => {
  const server = new RestoredServer();
  const stop = new AbortController();
  const reflector: Reflector<Service> = new Reflector<Service>({
    client: server as unknown as ApiClient,
    resource: services,
    store: new Store<Service>(),
    sleep: async () => new Promise<void>((resolve) => setImmediate(resolve)),
    random: () => 1,
    now: () => 0,
    onWentBack: () => reflector.relist(),
    onFailure: () => undefined,
  });
  const first = server.nextWatch;
  const running = reflector.run(stop.signal);
  await first;
  server.version = 900;
  const second = server.nextWatch;
  server.end(apiError("watch services", { status: 410, body: "" }));
  assert.equal(await second, "900");
  assert.equal(reflector.progress.isOutdated, false);
  stop.abort();
  await running;
});

describe("an election whose Lease is in an older version than before", () => {
  /** What is heard while the server shows the Lease in these versions, one after the other. */
  async function heard(versions: readonly number[]): Promise<number> {
    let [looks, times] = [0, 0];
    const stop = new AbortController();
    const lease = (version: number): KubeObject & { spec: object } => ({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "lease", resourceVersion: String(version) },
      spec: { holderIdentity: "another", leaseDurationSeconds: 15 },
    });
    const get = async () => {
      const version = versions[looks++];
      if (looks >= versions.length) stop.abort();
      return version === undefined || version === 0 ? undefined : lease(version);
    };
    const election = new LeaderElection({
      client: { get } as unknown as ApiClient,
      key: { namespace: "a", name: "lease" },
      fieldManager: "test",
      identity: "one",
      times: defaultLeaseTimes,
      now: () => 0,
      date: () => new Date(0),
      sleep: async () => undefined,
      random: () => 0,
      onFailure: () => undefined,
    });
    election.onWentBack(() => times++);
    assert.equal(await election.acquire(stop.signal), false);
    return times;
  }

  const cases: Record<string, { versions: readonly number[]; times: number }> = {
    "says so, once": { versions: [98, 102, 9, 9, 11], times: 1 },
    "says so each time": { versions: [102, 9, 12, 10], times: 2 },
    "says nothing while the versions rise, or stay": { versions: [9, 9, 10, 102], times: 0 },
  };
  for (const [name, { versions, times }] of Object.entries(cases))
    test(name, async () => assert.equal(await heard(versions), times));
});

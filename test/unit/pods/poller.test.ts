import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { fleetLabels } from "../../../src/api/names.ts";
import { type Caches, podFleet } from "../../../src/cluster/caches.ts";
import type { CustomObject, Pod, Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { PodPoller } from "../../../src/pods/io/poller.ts";
import { PodReports } from "../../../src/pods/io/reports.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { runController } from "../../../src/runtime/controller.ts";
import { WorkQueue } from "../../../src/runtime/queue.ts";
import { instant } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { podObject } from "../../objects/pod.ts";

const log = pino({ level: "silent" });

/** A poller of these pods, whose clock stands still until a test lets a delay pass. */
class Polling {
  readonly pods = new Store<Pod>({ fleet: podFleet });
  readonly asked: string[] = [];
  readonly delays = new Map<number, () => void>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #version = 1;

  constructor(answer: (pod: Pod) => Promise<PodStatus>) {
    const queue = new WorkQueue({
      now: () => 0,
      random: () => 0.5,
      timer: (ms, callback) => {
        this.delays.set(ms, callback);
        return () => void this.delays.delete(ms);
      },
    });
    const caches = {
      pods: this.pods,
      secrets: new Store<Secret>(),
      fleets: new Store<CustomObject>(),
      reach: { isReadable: () => true, onReadable: () => undefined },
    } as unknown as Caches;
    const poller = new PodPoller({
      caches,
      settings: { operatorNamespace: "proxyfleet-system", proxyImage: "proxy" },
      reports: new PodReports(),
      readStatus: async (pod) => {
        this.asked.push(`${pod.metadata.namespace ?? ""}/${pod.metadata.name}`);
        return answer(pod);
      },
      queue,
      now: () => instant(0),
      random: () => 0.5,
      log,
    });
    this.#running = runController(poller.controller, {
      log,
      signal: this.#stop.signal,
      workers: 2,
      resyncMs: () => 1e9,
    });
  }

  add(namespace: string, name: string): void {
    const conditions = [{ type: "Ready", status: "True" }];
    const metadata = {
      labels: { ...fleetLabels("family") },
      resourceVersion: `${++this.#version}`,
    };
    const pod = podObject({ namespace, name, metadata, status: { conditions } });
    this.pods.recordEvent("ADDED", pod);
  }

  /** How often pods of a namespace were asked. */
  askedOf(namespace: string): readonly string[] {
    return this.asked.filter((key) => key.startsWith(`${namespace}/`));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

describe("pods whose turn it is to be asked", () => {
  test("are asked in every namespace while one of them is full of silent pods", async () => {
    const silence = Promise.withResolvers<PodStatus>();
    const polling = new Polling(async ({ metadata }) =>
      metadata.namespace === "tenant" ? silence.promise : { revision: "r", lanes: [] },
    );
    for (let i = 0; i < 200; i++) polling.add("tenant", `silent-${i}`);
    await waitFor("silent pods to be asked", () => polling.askedOf("tenant").length > 1);
    for (const name of ["a", "b", "c"]) polling.add("others", name);
    await waitFor("all others", () => polling.askedOf("others").length === 3, { seconds: 3 });
    assert.ok(polling.askedOf("tenant").length < 10, "not all places are theirs");
    await polling.end();
    silence.reject(new Error("the test is over"));
  });

  test("are asked again after a while, each", async () => {
    const polling = new Polling(async () => ({ revision: "r", lanes: [] }));
    polling.add("others", "a");
    const again = await waitFor("a delay", () => polling.delays.get(15_000));
    again();
    await waitFor("a second question", () => polling.asked.length === 2, { seconds: 3 });
    await polling.end();
  });
});

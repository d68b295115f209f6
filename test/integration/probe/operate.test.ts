import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { pino } from "pino";
import { Inbox } from "../../../src/ingestion/io/inbox.ts";
import { operateIngestion } from "../../../src/ingestion/io/operate.ts";
import { ApiUnreachableError } from "../../../src/kubernetes/errors.ts";
import type { CustomObject, Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { secretObject } from "../../objects/secret.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";
import { exchange, noon, request, statusOf, token } from "./endpoint.ts";

/** Secrets of an API server that can be out of reach, and an operator that asks it. */
class Stage {
  readonly secrets = new Map<string, Secret>();
  readonly problems: string[] = [];
  readonly statuses: number[] = [];
  answersFor: (name: string) => boolean = () => true;
  port = 0;
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  async start(certificateSecret?: string): Promise<void> {
    [this.port = 0] = await freePorts(1);
    const vantagePoints = new Store<CustomObject>();
    const spec = { globalping: undefined, agent: { tokenSecretRef: { name: "volunteer" } } };
    const metadata = { uid: "u1", generation: 1, resourceVersion: "2" };
    vantagePoints.recordEvent("ADDED", vantagePointObject({ spec, metadata }));
    const none = new Store<CustomObject>({ fleet: () => [] });
    const get = async (_: unknown, { name }: { readonly name: string }) => {
      if (!this.answersFor(name)) throw new ApiUnreachableError("no answer");
      return this.secrets.get(name);
    };
    const create = async (_: unknown, secret: Secret) => {
      this.secrets.set(secret.metadata.name, secret);
      return secret;
    };
    const settings = { podIp: undefined, addresses: [], elsewhere: [], certificateSecret };
    this.#ended = operateIngestion(
      {
        settings: { ...settings, port: this.port },
        caches: { vantagePoints, fleets: none, addresses: none },
        client: { get: get as never, create: create as never },
        namespace: "proxyfleet-system",
        isLeading: () => true,
        holder: () => "",
        inbox: new Inbox(),
        now: () => noon,
        random: Math.random,
        log: pino({}, { write: (line) => this.problems.push(line) }),
      },
      this.#stop.signal,
    );
  }

  /** What an agent gets; undefined where nobody listens. */
  async ask(): Promise<number | undefined> {
    const status = statusOf(await exchange(this.port, request("GET")));
    if (Number.isNaN(status)) return undefined;
    this.statuses.push(status);
    return status;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

let stage: Stage;
afterEach(async () => stage.stop());

describe("an operator that begins to serve agents", () => {
  test("turns none away whose token it could not read yet", async () => {
    stage = new Stage();
    stage.secrets.set("volunteer", secretObject({ name: "volunteer", files: { token } }));
    stage.answersFor = (name) => name !== "volunteer";
    await stage.start();
    await waitFor("the problem", () =>
      /tokens of agents can't be read/.test(stage.problems[0] ?? ""),
    );
    assert.equal(await stage.ask(), undefined);
    stage.answersFor = () => true;
    await waitFor("the agent to be let in", async () => (await stage.ask()) === 200);
    assert.deepEqual(stage.statuses, [200]);
  });

  test("names the Secret of an admin's own certificate that is missing, and makes none", async () => {
    stage = new Stage();
    await stage.start("agents-tls");
    await waitFor("the problem", () =>
      /there is no Secret proxyfleet-system\/agents-tls/.test(stage.problems[0] ?? ""),
    );
    assert.equal(stage.secrets.size, 0);
  });
});

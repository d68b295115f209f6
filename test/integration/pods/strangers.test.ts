import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fleetLabels, supervisorPort } from "../../../src/api/names.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import {
  type PodStatusReader,
  directReader,
  proxiedReader,
} from "../../../src/pods/io/status-reader.ts";
import { explainError } from "../../../src/values/errors.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { podObject } from "../../objects/pod.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { type RunningOperator, apply, list, startOperator } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";
import { targetOf } from "../../objects/kubeconfig.ts";

/**
 * Anyone with rights in one namespace can make a pod with our labels, and let it answer what they
 * like on the supervisor's port.
 */
const answers: Record<string, (response: ServerResponse) => void> = {
  "an answer that never ends, as fast as it can": (response) => {
    const chunk = Buffer.alloc(64 * 1024, "[");
    const endless = new Readable({ read: () => void endless.push(chunk) });
    endless.pipe(response);
  },
  "an answer that never ends, a byte at a time": (response) => {
    const drip = setInterval(() => response.write("["), 20);
    response.once("close", () => clearInterval(drip));
  },
  "an answer that says how long it is, and is too long": (response) => {
    response.writeHead(200, { "content-length": String(2 ** 40) });
    response.write("{");
  },
  "nothing at all": () => undefined,
  "a redirect to somebody else": (response) => {
    response.writeHead(302, { location: "http://127.0.0.1:9/" }).end();
  },
  "JSON as deep as it goes": (response) => void response.end("[".repeat(250_000)),
  "a hundred thousand lanes": (response) =>
    void response.end(
      JSON.stringify({ revision: "r", lanes: Array.from({ length: 1e5 }, () => 1) }),
    ),
  "a refusal that never ends": (response) => {
    response.writeHead(401);
    answers["an answer that never ends, as fast as it can"]?.(response);
  },
};

/** Where pods answer: stand-ins for whole clusters take the supervisor's port of all of IPv4. */
const podIP = "::1";

/** What a server has sent at most that was not read further: kernel's and Node's buffers (bytes). */
const buffers = 16 * 2 ** 20;

class Stranger {
  answer: (response: ServerResponse) => void = () => undefined;
  asked = 0;
  readonly server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.server = createServer((request, response) => {
      this.asked += 1;
      this.#sockets.add(request.socket);
      response.on("error", () => undefined);
      this.answer(response);
    });
  }

  /** Bytes that the kernel or a reader has taken. */
  get sent(): number {
    return [...this.#sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  }

  async listen(port: number, host: string): Promise<void> {
    await once(this.server.listen(port, host), "listening");
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const pod = podObject({
  name: "stranger",
  namespace: "tenant",
  status: { podIP },
});

const ways: Record<
  string,
  {
    readonly listen: (stranger: Stranger) => Promise<void>;
    readonly reader: (stranger: Stranger) => { read: PodStatusReader; heard: number[] };
  }
> = {
  "asked at its own address": {
    listen: async (stranger) => stranger.listen(supervisorPort, podIP),
    reader: () => ({ read: directReader(500), heard: [] }),
  },
  "asked through the API server": {
    listen: async (stranger) => stranger.listen(0, "127.0.0.1"),
    reader: ({ server }) => {
      const { port } = server.address() as AddressInfo;
      const target = targetOf({ cluster: { server: `http://127.0.0.1:${port}` } });
      const heard: number[] = [];
      const never = new AbortController().signal;
      const client = new ApiClient(new Connection(target), never, {
        sleep: async () => undefined,
        random: () => 0,
        heardTime: (ms) => void heard.push(ms),
      });
      return { read: proxiedReader(client, 500), heard };
    },
  },
};

for (const [way, { listen, reader }] of Object.entries(ways))
  describe(`a stranger's pod that is ${way}`, () => {
    let stranger: Stranger;
    beforeEach(async () => {
      stranger = new Stranger();
      await listen(stranger);
    });
    afterEach(() => stranger.stop());

    for (const [name, answer] of Object.entries(answers))
      test(`and gives ${name}: it costs little, and says nothing`, async () => {
        stranger.answer = answer;
        const { read, heard } = reader(stranger);
        await assert.rejects(read(pod), (error: Error) => {
          assert.equal(error.name, "PodStatusError");
          assert.ok(explainError(error).length < 1_000, "what it said is not repeated at length");
          return true;
        });
        stranger.stop();
        assert.equal(stranger.asked, 1, "it is not asked for twice");
        assert.ok(stranger.sent < buffers, `${stranger.sent} bytes were taken`);
        assert.deepEqual(heard, [], "its clock is not the API server's");
      });
  });

describe("an operator, and a tenant whose pod never ends its answer", () => {
  const stranger = new Stranger();
  let server: ApiServer;
  let operator: RunningOperator;

  before(async () => {
    const [endless] = Object.values(answers);
    stranger.answer = endless ?? stranger.answer;
    await stranger.listen(supervisorPort, podIP);
    server = await ApiServer.start();
    await installCrds(server);
    const made = podObject({
      name: "stranger",
      namespace: "default",
      metadata: { labels: { ...fleetLabels("nobody") } },
      spec: { containers: [{ name: "proxy", image: "none" }], automountServiceAccountToken: false },
    });
    await apply(server, made, pool());
    const status = {
      phase: "Running",
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [{ type: "Ready", status: "True" }],
    };
    await server.patch("/api/v1/namespaces/default/pods/stranger/status", { status });
    operator = startOperator(server.kubeconfig, { leaderElection: false }, { inCluster: true });
  });
  after(async () => {
    await operator.stop();
    await server.stop();
    stranger.stop();
  });

  test("takes a bounded part of it each time, and goes on with everybody's fleets", async () => {
    await waitFor("the pod to be asked again and again", () => stranger.asked >= 3 || undefined);
    await apply(server, fleet({}, "others"));
    await waitFor(
      "another fleet's address",
      async () =>
        (await list(server, "/apis/proxyfleet.dev/v1alpha1/proxyaddresses")).length > 0 ||
        undefined,
    );
    assert.ok(stranger.sent < buffers * stranger.asked, `${stranger.sent} bytes were taken`);
  });
});

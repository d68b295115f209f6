import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiError } from "../../../src/kubernetes/errors.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import type { KubernetesApi } from "../../../src/kubernetes/api.ts";
import { covers } from "../../../src/kubernetes/difference.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { instant } from "../../../src/values/time.ts";
import { SimulatedClient } from "../../stand-ins/simulated-cluster/process/client.ts";
import { SimulatedApiServer } from "../../../src/simulator/server/server.ts";
import { seeded } from "../../unit/rotation/build.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { type Operation, sequences } from "./operations.ts";

let server: ApiServer;
let connection: Connection;
let real: ApiClient;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  connection = Connection.fromDefault(server.kubeconfig);
  real = new ApiClient(connection, new AbortController().signal, { sleep, random: Math.random });
});
after(async () => {
  await connection?.close();
  await server?.stop();
});

interface Comparable {
  readonly refusal?: number;
  readonly object?: unknown;
  readonly isChanged?: boolean;
  readonly managers?: readonly string[];
}

/** Plays a sequence. Uids, versions and times differ from server to server, and say no more here. */
async function play(client: KubernetesApi, calls: readonly Operation[]): Promise<Comparable[]> {
  const answers: Comparable[] = [];
  let version: string | undefined;
  for (const call of calls) {
    try {
      const answer = comparable(await call(client), version);
      version = answer.version ?? version;
      answers.push(answer.shown);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answers.push({ refusal: error.status });
    }
  }
  return answers;
}

function comparable(
  answer: unknown,
  version: string | undefined,
): { readonly shown: Comparable; readonly version?: string } {
  if (answer === undefined) return { shown: {} };
  const { metadata, ...rest } = answer as { metadata: Record<string, unknown> };
  const {
    uid: _,
    resourceVersion,
    creationTimestamp: __,
    deletionTimestamp,
    managedFields = [],
    ...about
  } = metadata;
  const isDeleting = deletionTimestamp !== undefined;
  const managers = (managedFields as { manager: string; operation: string; subresource?: string }[])
    .map(({ manager, operation, subresource = "" }) => `${manager} ${operation} ${subresource}`)
    .toSorted();
  return {
    shown: {
      object: { ...rest, metadata: { ...about, isDeleting } },
      isChanged: resourceVersion !== version,
      managers,
    },
    version: String(resourceVersion),
  };
}

describe("the simulated API server answers as the real one does", () => {
  for (const [name, calls] of Object.entries(sequences))
    test(name, async () => {
      const simulated = new SimulatedApiServer(() => instant(Date.now()), seeded(1));
      const [expected, found] = [
        await play(real, calls),
        await play(new SimulatedClient(simulated), calls),
      ];
      for (const [index, { object, ...wanted }] of expected.entries()) {
        const { object: ours, ...answer } = found[index] ?? {};
        const call = `call ${index + 1}`;
        assert.deepEqual(answer, wanted, call);
        // What only the real one adds are defaults of built-in kinds.
        assert.ok(
          covers(object, ours),
          `${call}\n${JSON.stringify(ours)}\n${JSON.stringify(object)}`,
        );
        if (isOurs(object)) assert.deepEqual(ours, object, call);
      }
    });
});

function isOurs(object: unknown): boolean {
  return (object as { apiVersion?: string } | undefined)?.apiVersion === "proxyfleet.dev/v1alpha1";
}

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { appliedMarks } from "../../../src/api/names.ts";
import { deployments } from "../../../src/kubernetes/builtin.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import type { Deployment } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { PlanApplier } from "../../../src/runtime/apply-plan.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { contestsOf } from "../../../src/runtime/effect-result.ts";
import { deploymentManifest, podTemplate } from "../../../src/proxy/deployment.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";

const owner = {
  apiVersion: "v1",
  kind: "ConfigMap",
  name: "o",
  uid: "u",
  controller: true,
} as const;
const place = { namespace: "default", name: "family-proxy" };
const path = "/apis/apps/v1/namespaces/default/deployments/family-proxy";

let server: ApiServer;
let connection: Connection;
let client: ApiClient;
before(async () => {
  server = await ApiServer.start();
  connection = Connection.fromDefault(server.kubeconfig);
  client = new ApiClient(connection, new AbortController().signal, { sleep, random: Math.random });
});
after(async () => {
  await connection?.close();
  await server?.stop();
});

/** An autoscaler that has the Deployment for its target, whatever anybody else says. */
async function scale(replicas: number): Promise<void> {
  const { code } = await server.patch(`${path}/scale?fieldManager=kube-controller-manager`, {
    spec: { replicas },
  });
  assert.equal(code, 200);
}

test("who changes an object of ours again and again is named, and fought ever more seldom", async () => {
  const store = new Store<Deployment>();
  const { spec } = parsedFleet({ spec: { replicas: 2 } });
  const child = { namespace: "default", fleet: "family", owner };
  const template = podTemplate("family", spec, { proxyImage: "proxyfleet/proxy:test" });
  const object = deploymentManifest(child, spec, template);
  let ms = 0;
  const applier = new PlanApplier({
    client,
    storeOf: (() => store) as never,
    events: { record: async () => undefined },
    marks: appliedMarks,
    statusFields: { writable: (_of, status) => ({ status }), learn: async () => undefined },
    clock: () => ms,
  });
  applier.follow(store);
  const effect = {
    kind: "apply",
    id: "deployment",
    of: deployments,
    object,
    fieldManager: "ours",
  } as const;
  const ends: string[] = [];
  const pass = async () => {
    const result = await applier.apply(
      "fleet default/family",
      { effects: [effect] },
      pino({ enabled: false }),
    );
    const end = result.get(effect);
    ends.push(end?.kind === "failed" ? String(end.error) : (end?.kind ?? "none"));
    return contestsOf(result);
  };
  await pass();
  let contests: Awaited<ReturnType<typeof pass>> = [];
  for (let second = 0; second < 120; second++) {
    ms = second * 1000;
    if ((await client.get<Deployment>(deployments, place))?.spec.replicas === 2) await scale(5);
    const live = await client.get<Deployment>(deployments, place);
    assert.ok(live);
    store.recordWrite(live);
    const met = await pass();
    if (met.length > 0) contests = met;
  }
  const writes = ends.filter((end) => end === "applied").length;
  assert.equal(
    writes,
    5,
    `created, set back twice, and after 30 and 60 seconds: ${ends.join(" ")}`,
  );
  assert.partialDeepStrictEqual(contests, [
    {
      object: "Deployment default/family-proxy",
      writers: ["kube-controller-manager (scale)"],
      fields: ["spec.replicas"],
    },
  ]);
});

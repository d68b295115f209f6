import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleet, pool } from "../samples.ts";
import { type RunningOperator, apply, list, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const deployments = "/apis/apps/v1/namespaces/default/deployments";
/** So many writes are lost: watches would wait until as many came again. */
const lostWrites = 300;

describe("etcd is restored to an earlier state while two operators run", () => {
  let server: ApiServer;
  const operators: RunningOperator[] = [];

  const children = async (): Promise<readonly string[]> =>
    (await list(server, deployments)).map(({ metadata }) => (metadata as { name: string }).name);
  const deployed = async (name: string) =>
    waitFor(
      `the Deployment of ${name}`,
      async () => (await children()).includes(`${name}-proxy`) || undefined,
    );

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    await apply(server, namespaceObject("proxyfleet-system"), pool(), fleet({}, "kept"));
    operators.push(startOperator(server.kubeconfig));
    await deployed("kept");
    await server.backUp();
    // Whoever led may have ended when it could not renew its lease.
    operators.push(startOperator(server.kubeconfig), startOperator(server.kubeconfig));
  });
  after(async () => {
    for (const operator of operators) await operator.stop().catch(() => undefined);
    await server.stop();
  });

  test("one goes on from what is there, and takes nothing for there that never was", async () => {
    await apply(server, fleet({}, "ghost"));
    await deployed("ghost");
    const configMap = (name: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name },
    });
    for (let i = 0; i < lostWrites; i++)
      await server.call("POST", "/api/v1/namespaces/default/configmaps", configMap(`lost-${i}`));
    await server.restore();
    assert.ok(!(await children()).includes("ghost-proxy"), "it is an earlier state");
    await waitFor(
      "an operator to notice",
      () =>
        operators.some(({ lines }) =>
          lines.some((line) => JSON.stringify(line).includes("versions went back")),
        ) || undefined,
    );
    await apply(server, fleet({}, "later"));
    await deployed("later");
    await server.call("DELETE", `${deployments}/kept-proxy`);
    await deployed("kept");
    assert.ok(!(await children()).includes("ghost-proxy"));
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { waitFor } from "../../../tooling/wait-for.ts";
import { doctorOutput } from "../../../src/cli/output/doctor.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { list } from "../operator/operator.ts";
import { Stage, typeCommand } from "./stage.ts";

const found = (stdout: string) =>
  doctorOutput
    .parse(JSON.parse(stdout))
    .findings.map(({ check, state, says }) => `${check} ${state}: ${says}`);

test("doctor before an installation", async (t) => {
  const server = await ApiServer.start();
  t.after(async () => server.stop());
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const namespace = namespaceObject("proxies");
  await server.call("POST", "/api/v1/namespaces", {
    ...namespace,
    metadata: { name: "proxies", labels },
  });
  await server.call("POST", "/api/v1/namespaces", namespaceObject("locked"));
  await server.call("POST", "/api/v1/namespaces/locked/resourcequotas", {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "nothing", namespace: "locked" },
    spec: { hard: { pods: "0" } },
  });
  // A controller would count what there is.
  await server.patch("/api/v1/namespaces/locked/resourcequotas/nothing/status", {
    status: { hard: { pods: "0" }, used: { pods: "0" } },
  });
  const doctor = async (...args: readonly string[]) =>
    typeCommand(server.kubeconfig, ["doctor", "-o", "json", ...args]);

  await t.test("says what is there and what is not", async () => {
    const { code, stdout, stderr } = await doctor("-n", "proxies");
    assert.equal(code, 0, stderr);
    const findings = found(stdout);
    for (const expected of [
      /^Kubernetes Ok: v1\.\d+/,
      /^CRDs Ok: Proxyfleet's kinds are not installed yet/,
      /^Operator Warning: there is no Lease of one/,
      /^Rights Ok: you have all that you need here/,
      /^LoadBalancer Warning: none was found/,
      /^PodSecurity Ok: namespace proxies accepts the proxy's pods/,
      /^Limits Unknown: /,
    ])
      assert.ok(
        findings.some((finding) => expected.test(finding)),
        `${String(expected)}: ${findings.join("\n")}`,
      );
    assert.deepEqual(await list(server, "/api/v1/namespaces/proxies/pods"), []);
  });

  await t.test("repeats the words of who refuses the proxy's pods", async () => {
    await waitFor("the quota to count", async () => {
      const { code, stdout } = await doctor("-n", "locked");
      return (
        code === 3 &&
        /PodSecurity Failure: namespace locked refuses .*quota/.test(found(stdout).join("\n"))
      );
    });
  });

  await t.test("names a namespace that is missing, and a right that is", async () => {
    const { code, stdout } = await doctor("-n", "nowhere");
    assert.equal(code, 0);
    assert.match(found(stdout).join("\n"), /PodSecurity Warning: there is no namespace nowhere/);
    const nobody = found((await doctor("-n", "proxies", "--as=nobody")).stdout).join("\n");
    assert.match(nobody, /Rights Warning: you have no right to create clusterroles\.rbac/);
    assert.match(nobody, /PodSecurity Unknown: you may not create pods in proxies/);
  });
});

test("doctor of fleets", async (t) => {
  const stage = await Stage.start();
  t.after(async () => stage.stop());
  await stage.serve(["127.70.0.0/27"]);
  const admin = async (...args: readonly string[]) => stage.admin(...args);

  await t.test("shakes hands with each address", async () => {
    const { stdout } = await admin("doctor", "family", "-o", "json");
    const findings = found(stdout);
    const address = await stage.published(0);
    assert.ok(findings.includes(`Handshake Ok: ${address} answers here as it should`), stdout);
    assert.ok(findings.includes("CRDs Ok: of this program's version"), stdout);
    assert.ok(findings.includes("Fleet Ok: nothing is known to be wrong with default/family"));
  });

  await t.test("leaves that out where somebody wants it so", async () => {
    const { stdout } = await admin("doctor", "family", "--connect=never", "-o", "json");
    assert.doesNotMatch(stdout, /Handshake/);
  });

  await t.test("says which address is silent from here", async () => {
    const address = await stage.published(1);
    stage.cluster.controllers.shut.add(address);
    const { code, stdout } = await admin("doctor", "default/family");
    assert.equal(code, 3, stdout);
    assert.match(stdout, new RegExp(`warning {2}Handshake: ${address} fails from here: chat:`));
    assert.match(stdout, /FAILURE {2}LoadBalancer: pool metallb-a is of MetalLB/);
  });
});

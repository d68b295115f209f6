import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { PodTemplate } from "../../chart/rendered.ts";
import { project, restrictedV2 } from "../../stand-ins/openshift/restricted-v2.ts";
import { apply } from "../operator/operator.ts";
import { fleet, pool } from "../samples.ts";
import { commandsUnder } from "./administrator.ts";
import { Installed } from "./installed.ts";

const serviceAccount = {
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "default", namespace: "proxies" },
};
const exported = "--set shareExport.fleets[0].namespace=proxies,shareExport.fleets[0].name=family";

describe("on a cluster that refuses what OpenShift's restricted-v2 refuses", () => {
  let installed: Installed;

  /** What the API server answers to a pod, as far as a try shows: it makes none. */
  const tried = async (namespace: string, { metadata, spec }: PodTemplate) =>
    installed.server.call("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, generateName: "tried-" },
      spec,
    });
  const podsOf = async (namespace: string, deployment: string): Promise<PodTemplate> =>
    waitFor(`the Deployment ${deployment}`, async () => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;
      const { code, body } = await installed.server.call("GET", path);
      return code === 200 ? (body["spec"] as { template: PodTemplate }).template : undefined;
    });
  const deployments = {
    "the operator's pods": ["proxyfleet-system", "proxyfleet"],
    "the pods that write share pages": ["proxyfleet-system", "proxyfleet-share-export"],
    "the proxy pods that the operator makes": ["proxies", "family-proxy"],
  } as const;
  const withSecurity = (pods: PodTemplate, more: object): PodTemplate => ({
    ...pods,
    spec: { ...pods.spec, securityContext: { ...pods.spec.securityContext, ...more } },
  });

  before(async () => {
    const [line = ""] = commandsUnder("Install", "docs/openshift.md");
    installed = await Installed.by(
      `REGISTRY=registry.example.org/family; ${line.trim()} ${exported}`,
      project("proxyfleet-system"),
      project("proxies"),
      serviceAccount,
      ...restrictedV2,
    );
    const sample = fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } });
    const family = { ...sample, metadata: { ...sample.metadata, namespace: "proxies" } };
    await apply(installed.server, pool(), family);
    const pods = await podsOf("proxyfleet-system", "proxyfleet");
    await waitFor("the policy to be in force", async () => {
      const { code } = await tried("proxies", {
        ...pods,
        spec: { ...pods.spec, serviceAccountName: "default", hostNetwork: true },
      });
      return code === 422 || undefined;
    });
  });
  after(async () => installed?.strike());

  for (const [whose, [namespace, deployment]] of Object.entries(deployments)) {
    test(`${whose} are taken`, async () => {
      const { code, body } = await tried(namespace, await podsOf(namespace, deployment));
      assert.equal(code, 201, String(body["message"]));
    });

    test(`${whose} would be refused with a user of their own`, async () => {
      const pods = await podsOf(namespace, deployment);
      const { code, body } = await tried(namespace, withSecurity(pods, { runAsUser: 65_532 }));
      assert.equal(code, 422);
      assert.match(String(body["message"]), /runAsUser must be in the namespace's range/);
    });

    test(`${whose} are taken as OpenShift completes them`, async () => {
      const chosen = { runAsUser: 1_000_680_000, fsGroup: 1_000_680_000 };
      const pods = await podsOf(namespace, deployment);
      const { code, body } = await tried(namespace, withSecurity(pods, chosen));
      assert.equal(code, 201, String(body["message"]));
    });
  }
});

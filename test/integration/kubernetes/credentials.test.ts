import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { KubeConfig } from "@kubernetes/client-node";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { type Resource, resource } from "../../../src/kubernetes/resource.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";

interface SelfReview extends KubeObject {
  status?: { userInfo: { username: string } };
}

const reviews: Resource<SelfReview> = resource({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  scope: "Cluster",
});
const review = {
  apiVersion: "authentication.k8s.io/v1",
  kind: "SelfSubjectReview",
  metadata: { name: "" },
};
const accounts = "/api/v1/namespaces/default/serviceaccounts";

describe("credentials that are replaced while the operator runs", { concurrency: true }, () => {
  let server: ApiServer;

  before(async () => {
    server = await ApiServer.start();
  });
  after(async () => server.stop());

  /** A token of a new service account. */
  async function newToken(name: string): Promise<string> {
    await server.call("POST", accounts, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name },
    });
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    return (
      (await server.call("POST", `${accounts}/${name}/token`, body)).body["status"] as {
        token: string;
      }
    ).token;
  }

  function kubeconfig(user: object): KubeConfig {
    const kubeConfig = new KubeConfig();
    const cluster = {
      name: "test",
      server: server.url,
      caData: Buffer.from(server.ca).toString("base64"),
      skipTLSVerify: false,
    };
    const context = { name: "test", cluster: "test", user: "test" };
    kubeConfig.loadFromOptions({
      clusters: [cluster],
      users: [{ name: "test", ...user }],
      contexts: [context],
      currentContext: "test",
    });
    return kubeConfig;
  }

  const execCredential = (token: string) => ({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token },
  });
  const cases: Record<
    string,
    { written: (token: string) => string; connect: (file: string) => Connection }
  > = {
    "a token in a file, as in a pod": {
      written: (token) => token,
      connect: (file) => {
        const reload = () =>
          kubeconfig({ authProvider: { name: "tokenFile", config: { tokenFile: file } } });
        return new Connection(reload(), { reload });
      },
    },
    "what a credential plugin says": {
      written: (token) => JSON.stringify(execCredential(token)),
      connect: (file) => {
        const exec = {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "cat",
          args: [file],
          interactiveMode: "Never",
        };
        const reload = () => kubeconfig({ exec });
        return new Connection(reload(), { reload });
      },
    },
    "a token in the kubeconfig": {
      written: (token) => kubeconfig({ token }).exportConfig(),
      connect: (file) => Connection.fromDefault(file),
    },
  };

  for (const [index, [name, { written, connect }]] of Object.entries(cases).entries()) {
    test(`${name}: the next call goes out with the new one`, async () => {
      const [old, fresh] = [`old-${index}`, `fresh-${index}`];
      const file = `${server.kubeconfig}.credential-${index}`;
      await writeFile(file, written(await newToken(old)));
      const connection = connect(file);
      const client = new ApiClient(connection, new AbortController().signal, {
        sleep,
        random: Math.random,
      });
      const whoAmI = async () =>
        (await client.create<SelfReview>(reviews, review, "test")).status?.userInfo.username;
      try {
        assert.equal(await whoAmI(), `system:serviceaccount:default:${old}`);
        await writeFile(file, written(await newToken(fresh)));
        await server.call("DELETE", `${accounts}/${old}`);
        // The server knows an old token for about ten seconds after its end. No call fails
        // meanwhile.
        while ((await whoAmI()) !== `system:serviceaccount:default:${fresh}`) await sleep(100);
      } finally {
        await connection.close();
        await rm(file);
      }
    });
  }
});

import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { type Resource, resource } from "../../../src/kubernetes/resource.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { type Written, kubeconfigObject, targetOf } from "../../objects/kubeconfig.ts";
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

  function written(user: object): Written {
    const ca = Buffer.from(server.ca).toString("base64");
    return { cluster: { server: server.url, "certificate-authority-data": ca }, user };
  }

  function connection(user: object): Connection {
    const reload = () => targetOf(written(user));
    return new Connection(reload(), { reload });
  }

  const execCredential = (token: string) => ({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token },
  });
  const cases: Record<
    string,
    { text: (token: string) => string; connect: (file: string) => Connection }
  > = {
    "a token in a file, as in a pod": {
      text: (token) => token,
      connect: (file) => connection({ tokenFile: file }),
    },
    "what a credential plugin says": {
      text: (token) => JSON.stringify(execCredential(token)),
      connect: (file) => {
        const exec = {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "cat",
          args: [file],
          interactiveMode: "Never",
        };
        return connection({ exec });
      },
    },
    "a token in the kubeconfig": {
      text: (token) => JSON.stringify(kubeconfigObject(written({ token }))),
      connect: (file) => Connection.fromDefault(file),
    },
  };

  for (const [index, [name, { text, connect }]] of Object.entries(cases).entries()) {
    test(`${name}: the next call goes out with the new one`, async () => {
      const [old, fresh] = [`old-${index}`, `fresh-${index}`];
      const file = `${server.kubeconfig}.credential-${index}`;
      await writeFile(file, text(await newToken(old)));
      const connection = connect(file);
      const client = new ApiClient(connection, new AbortController().signal, {
        sleep,
        random: Math.random,
      });
      const whoAmI = async () =>
        (await client.create<SelfReview>(reviews, review, "test")).status?.userInfo.username;
      try {
        assert.equal(await whoAmI(), `system:serviceaccount:default:${old}`);
        await writeFile(file, text(await newToken(fresh)));
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

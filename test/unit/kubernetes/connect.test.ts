import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { services } from "../../../src/kubernetes/builtin.ts";
import { type Connected, type ConnectOptions, connect } from "../../../src/kubernetes/connect.ts";
import { ApiUnreachableError, ConnectionError } from "../../../src/kubernetes/errors.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { explainError } from "../../../src/values/errors.ts";
import { kubeconfigObject } from "../../objects/kubeconfig.ts";
import { WatchServer } from "../../stand-ins/api-server/watch-server.ts";

const key = { namespace: "a", name: "a" };

describe("connect", () => {
  let folder: string;
  let connected: Connected | undefined;
  let api: WatchServer | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "proxyfleet-connect-"));
  });
  afterEach(async () => {
    await connected?.close();
    api?.stop();
    rmSync(folder, { recursive: true });
  });

  async function connectBy(options: ConnectOptions, written: object | string): Promise<Connected> {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, typeof written === "string" ? written : JSON.stringify(written));
    const transport = { sleep, random: Math.random, retries: 0 };
    return (connected = await connect({ kubeconfig, ...options }, transport));
  }

  test("gives the namespace that is chosen", async () => {
    const written = kubeconfigObject({ cluster: { server: "http://127.0.0.1:9" }, namespace: "a" });
    assert.equal((await connectBy({}, written)).namespace, "a");
    assert.equal((await connectBy({ namespace: "b" }, written)).namespace, "b");
  });

  test("says what is wrong with the credentials before any call", async () => {
    const cluster = { server: "https://127.0.0.1:9" };
    const user = { tokenFile: "/nowhere/token" };
    await assert.rejects(connectBy({}, kubeconfigObject({ cluster, user })), {
      name: "KubeconfigError",
      message: /context "test": users\["test"\]\.user\.tokenFile: \/nowhere\/token can't be read/,
    });
  });

  test("gives a request no more time than it is told", async () => {
    api = await WatchServer.start({ protocol: "h2", isSilent: true });
    const { client } = await connectBy({ requestTimeout: "50ms" }, api.kubeconfig);
    await assert.rejects(client.get(services, key), (error) => {
      assert.ok(error instanceof ApiUnreachableError);
      assert.match(explainError(error), /no answer within 0\.05 s/);
      return true;
    });
  });

  for (const requestTimeout of ["0", "0s", "30", "9999h"])
    test(`gives a request time enough with a limit of ${requestTimeout}`, async () => {
      api = await WatchServer.start({ protocol: "h2" });
      const { client } = await connectBy({ requestTimeout }, api.kubeconfig);
      assert.equal((await client.get(services, key))?.metadata.name, "a");
    });

  test("refuses a limit that is none", async () =>
    assert.rejects(connectBy({ requestTimeout: "soon" }, {}), (error) => {
      assert.ok(error instanceof ConnectionError);
      assert.match(error.message, /^--request-timeout: write it like 30, 30s or 1m30s/);
      return true;
    }));
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { AddressPool } from "../../../src/api/address-pool.ts";
import { group } from "../../../src/api/names.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { crd, installCrds, kubectl } from "../../stand-ins/api-server/crds.ts";
import { readPages } from "../../docs/blocks.ts";
import { programPath } from "../../stand-ins/api-server/program.ts";
import { LoadBalancer } from "../../stand-ins/cluster/load-balancer.ts";
import { fleet, pool } from "../samples.ts";
import {
  childPaths,
  conditionOf,
  entriesOf,
  eventReasons,
  fleetPath,
  read,
} from "./fleet-objects.ts";
import { type RunningOperator, apply, startOperator } from "./operator.ts";
import { ProxyOfSecret, withoutHaproxy } from "./proxy-of-secret.ts";

const finalizer = "proxyfleet.dev/pool-protection";

let server: ApiServer;
let operator: RunningOperator;
let loadBalancer: LoadBalancer;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  operator = startOperator(server.kubeconfig, { leaderElection: false, http2: false });
  loadBalancer = new LoadBalancer(server);
});
after(async () => {
  await loadBalancer?.stop();
  await operator?.stop();
  await server?.stop();
});

const poolPath = (name: string) => `/apis/proxyfleet.dev/v1alpha1/addresspools/${name}`;
const poolOf = async (name: string) => read<AddressPool>(server, poolPath(name));

/** A pool's condition in one line. */
async function ready(name: string): Promise<string> {
  const [condition] = (await poolOf(name))?.status?.conditions ?? [];
  return `${condition?.status} ${condition?.reason}: ${condition?.message}`;
}

async function isProtected(name: string): Promise<void> {
  await waitFor(
    `pool ${name} is protected`,
    async () => (await poolOf(name))?.metadata.finalizers?.includes(finalizer) ?? false,
  );
}

async function isGone(name: string): Promise<void> {
  await waitFor(`pool ${name} is gone`, async () => (await poolOf(name)) === undefined);
}

/** Deletes a pool as a person does who does not wait for its end. */
async function deletePool(name: string): Promise<void> {
  const { code, stderr } = await kubectl(server, ["delete", "wapool", name, "--wait=false"]);
  assert.equal(code, 0, stderr);
}

/** A fleet of one slot that has an address of this pool. */
async function serveFrom(name: string, pools = [name]): Promise<void> {
  const addresses = { count: 1, pools: pools.map((each) => ({ name: each })) };
  await apply(server, fleet({ addresses }, name));
  await waitFor(
    `an address of ${name} is on its way`,
    async () => (await entriesOf(server, name))[0]?.status?.phase === "Verifying",
  );
}

describe("a pool that somebody deletes", () => {
  test("stays while people are served from it, says who they are, and goes once they are not", async () => {
    await apply(server, pool({ addresses: ["192.0.2.0/29"] }, "used"));
    await serveFrom("used");
    await deletePool("used");
    await waitFor("the pool says who uses it", async () =>
      /^False Deleting: it is being deleted\. Its addresses are in use, by the fleets default\/used \(1\)\. .*name another pool in spec\.addresses\.pools/.test(
        await ready("used"),
      ),
    );
    await waitFor("an Event", async () =>
      (await eventReasons(server, "used")).includes("Deleting"),
    );
    await waitFor("the fleet says that it gets no more of it", async () =>
      (await conditionOf(server, "used", "Stalled"))?.startsWith(
        "True NoUsablePool: pool used is being deleted, and gives no new addresses",
      ),
    );
    const [entry] = await entriesOf(server, "used");
    assert.equal(entry?.spec.want, "Serve", "its address serves on");
    await server.call("DELETE", fleetPath("used"));
    await isGone("used");
    const [rested] = await entriesOf(server, "used");
    assert.equal(rested?.spec.want, "Quarantine", "the ledger remembers, without the pool");
  });

  test("goes at once where nobody has used it", async () => {
    await apply(server, pool({ addresses: ["192.0.2.8/29"] }, "unused"));
    await isProtected("unused");
    await deletePool("unused");
    await isGone("unused");
  });

  test("goes at once where its addresses only rest, and is no other when it comes back", async () => {
    const spare = pool({ addresses: ["192.0.2.16/29"] }, "spare");
    await apply(server, spare);
    await serveFrom("spare");
    await server.call("DELETE", fleetPath("spare"));
    await waitFor("its address rests", async () =>
      /Quarantined/.test(String((await entriesOf(server, "spare"))[0]?.status?.phase)),
    );
    await deletePool("spare");
    await isGone("spare");
    await apply(server, spare);
    await waitFor(
      "the burnt address is counted again",
      async () => (await poolOf("spare"))?.status?.quarantined === 1,
    );
  });

  test("gives no fleet a new address, while another pool does", async () => {
    await apply(
      server,
      pool({ addresses: ["192.0.2.24/29"] }, "old"),
      pool({ addresses: ["192.0.2.32/29"] }, "new"),
    );
    await serveFrom("old");
    await deletePool("old");
    await serveFrom("late", ["old", "new"]);
    assert.equal((await entriesOf(server, "late"))[0]?.spec.pool, "new");
  });
});

test("the runbook makes a pool again that was deleted by mistake, and nobody moves", async () => {
  await apply(server, pool({ addresses: ["192.0.2.48/29"] }));
  await serveFrom("family", ["metallb-a"]);
  const [before] = await entriesOf(server, "family");
  await deletePool("metallb-a");
  const blocks = readPages().find(({ path }) => path === "docs/runbook.md")?.blocks ?? [];
  const commands = blocks.filter(
    ({ heading, language }) => heading === "A pool was deleted" && language === "sh",
  );
  const env = { ...process.env, KUBECONFIG: server.kubeconfig };
  const typed = `alias kubectl=${programPath("kubectl")}\n${commands.map(({ text }) => text).join("\n")}`;
  await promisify(execFile)("bash", ["-euO", "expand_aliases", "-c", typed], { env });
  await waitFor(
    "the pool is usable again, and protected",
    async () =>
      (await ready("metallb-a")).startsWith("True Usable") &&
      (await poolOf("metallb-a"))?.metadata.finalizers?.[0] === finalizer,
  );
  const [now] = await entriesOf(server, "family");
  assert.deepEqual([now?.metadata.uid, now?.spec], [before?.metadata.uid, before?.spec]);
});

test("a pool in use belongs to whoever applies it: our finalizer is no drift", async () => {
  const kept = pool({ addresses: ["192.0.2.40/29"] }, "kept");
  await apply(server, kept);
  await isProtected("kept");
  await waitFor("it is usable", async () => (await ready("kept")).startsWith("True Usable"));
  const before = await poolOf("kept");
  await apply(server, kept);
  const now = await poolOf("kept");
  assert.deepEqual(now?.metadata.finalizers, [finalizer]);
  assert.equal(now?.metadata.resourceVersion, before?.metadata.resourceVersion);
});

describe("a lane whose load balancer sends a PROXY header", { skip: withoutHaproxy }, () => {
  const trusting = (from: readonly string[]) =>
    pool({ addresses: ["192.0.2.64/29"], proxyProtocol: { version: "V2", from } }, "trusting");
  const secret = async () => {
    const live = await read<Secret>(server, childPaths["Secret"]?.("trusting") ?? "");
    assert.ok(live !== undefined);
    return live;
  };
  const trust = async () => {
    const file = Buffer.from((await secret()).data?.["lanes.json"] ?? "", "base64").toString();
    const { open } = JSON.parse(file) as { open: { lane: number; proxiesFrom: string[] }[] };
    return open;
  };

  /** Who gets through a HAProxy that starts with the Secret as it is: with a header, and without. */
  async function served(): Promise<readonly boolean[]> {
    const [open] = await trust();
    const proxy = ProxyOfSecret.start(await secret());
    const { lane = 0 } = open ?? {};
    try {
      await waitFor(
        "HAProxy answers",
        async () =>
          (await proxy.serves(lane, { proxyHeader: true })) ||
          proxy.serves(lane, { proxyHeader: false }),
      );
      return [
        await proxy.serves(lane, { proxyHeader: true }),
        await proxy.serves(lane, { proxyHeader: false }),
      ];
    } finally {
      await proxy.stop();
    }
  }

  before(async () => {
    await apply(server, trusting(["127.0.0.0/8"]));
    await serveFrom("trusting");
  });

  test("goes on believing it while the pool is gone, and when it is back", async () => {
    assert.deepEqual(await served(), [true, false]);
    const before = await trust();
    await deletePool("trusting");
    await waitFor("the deletion is seen", async () =>
      (await ready("trusting")).startsWith("False Deleting"),
    );
    await server.patch(poolPath("trusting"), { metadata: { finalizers: null } });
    await isGone("trusting");
    await waitFor("the fleet knows that the pool is gone", async () =>
      /pool trusting does not exist/.test((await conditionOf(server, "trusting", "Stalled")) ?? ""),
    );
    assert.deepEqual(await trust(), before);
    assert.deepEqual(await served(), [true, false]);
    await apply(server, trusting(["127.0.0.0/8"]));
    await waitFor(
      "the fleet knows that the pool is back",
      async () => (await conditionOf(server, "trusting", "Stalled")) === undefined,
    );
    assert.deepEqual(await trust(), before);
    assert.deepEqual(await served(), [true, false]);
  });

  test("goes on believing it while the pool can't be read", async () => {
    const before = await trust();
    const restore = await permitAnyReserve();
    await waitFor("a pool that makes no sense is taken", async () => {
      const { code } = await server.patch(poolPath("trusting"), { spec: { reserve: "two" } });
      return code === 200;
    });
    await waitFor("the fleet knows that it can't be read", async () =>
      /pool trusting can't be used: .*spec\.reserve/.test(
        (await conditionOf(server, "trusting", "Stalled")) ?? "",
      ),
    );
    assert.deepEqual(await trust(), before);
    await server.patch(poolPath("trusting"), { spec: { reserve: 0 } });
    await restore();
  });

  test("follows the networks that the pool names, there and back", async () => {
    for (const [from, expect] of [
      ["198.51.100.0/24", [false, true]],
      ["127.0.0.0/8", [true, false]],
    ] as const) {
      await apply(server, trusting([from]));
      await waitFor(`headers from ${from} are believed`, async () =>
        (await trust()).every(({ proxiesFrom }) => proxiesFrom[0] === from),
      );
      assert.deepEqual(await served(), expect);
    }
  });
});

interface Schema {
  readonly properties: Record<string, Schema>;
}

/**
 * Makes the CRD as permissive as an older one might have been. Returns what makes it strict again.
 */
async function permitAnyReserve(): Promise<() => Promise<void>> {
  const name = `addresspools.${group}`;
  const replace = async (spec: unknown): Promise<void> => {
    const stored = await crd(server, name);
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const { code, body } = await server.call("PUT", path, { ...stored, spec });
    assert.equal(code, 200, String(body["message"]));
  };
  const { spec } = await crd(server, name);
  const permissive = structuredClone(spec) as {
    versions: { schema: { openAPIV3Schema: Schema } }[];
  };
  const fields = permissive.versions[0]?.schema.openAPIV3Schema.properties["spec"]?.properties;
  assert.ok(fields !== undefined);
  fields["reserve"] = { "x-kubernetes-int-or-string": true } as unknown as Schema;
  await replace(permissive);
  return async () => replace(spec);
}

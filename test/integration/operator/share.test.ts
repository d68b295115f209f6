import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { parseShareLink } from "../../../src/share/link.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import type { OperatorProcess } from "../../stand-ins/operator/operator-process.ts";
import { fleet, pool } from "../samples.ts";
import { childPaths, eventReasons, fleetPath, read } from "./fleet-objects.ts";
import { apply } from "./operator.ts";

const keyPath = "/api/v1/namespaces/proxyfleet-system/secrets/proxyfleet-share-key";
const sharePath = childPaths["Secret of links"]?.("family") ?? "";

let cluster: FakeCluster;
let server: ApiServer;
let operator: OperatorProcess;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  operator = cluster.runOperator();
});
after(async () => cluster?.stop());

type Fields = Readonly<Record<string, string>>;

/** The fields of the fleet's Secret, decoded; none where it is not there. */
async function fields(): Promise<Fields> {
  const { data = {} } = (await read<Secret>(server, sharePath)) ?? {};
  const decoded = Object.entries(data).map(([field, value]) => [
    field,
    Buffer.from(value, "base64").toString(),
  ]);
  return Object.fromEntries(decoded) as Fields;
}

/** What the fleet's Secret says, once that holds. */
async function fieldsWhere(name: string, holds: (fields: Fields) => boolean): Promise<Fields> {
  return waitFor(name, async () => {
    const now = await fields();
    return holds(now) ? now : undefined;
  });
}

async function published(): Promise<string | undefined> {
  const live = await read<WhatsAppProxy>(server, fleetPath("family"));
  return live?.status.slots?.[0]?.address;
}

async function annotate(annotations: Fields): Promise<void> {
  const { code } = await server.patch(fleetPath("family"), { metadata: { annotations } });
  assert.equal(code, 200);
}

const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
const addresses = { count: 1, pools: [{ name: "metallb-a" }] };
const family = fleet({ replicas: 1, listeners, addresses });

test("what a group is to know follows its slot, and its page's path stays for as long as nobody renews it", async (t) => {
  await apply(server, pool({ addresses: ["127.67.0.0/24"] }), family);
  let known = await fieldsWhere("a link", (now) => now["slot-0.link"] !== undefined);
  const path = known["slot-0.path"] ?? "";
  const paths = [path];

  await t.test("it has the published address and its ports, and belongs to the fleet", async () => {
    const { "slot-0.link": link = "", "slot-0.host": host } = known;
    const { chat, media } = dataPlanePorts;
    const to = { host, chatPort: chat, mediaPort: media, chatTls: true };
    assert.deepEqual({ ...parseShareLink(link) }, to);
    await waitFor("the status names it", async () => (await published()) === host);
    const [secret, owner] = [
      await read<Secret>(server, sharePath),
      await read(server, fleetPath("family")),
    ];
    assert.equal(secret?.metadata.ownerReferences?.[0]?.uid, owner?.metadata.uid);
  });

  await t.test("a move changes all but the path", async () => {
    const before = known["slot-0.host"];
    await annotate({ "proxyfleet.dev/rotate-at": "now" });
    known = await fieldsWhere("another host", (now) => now["slot-0.host"] !== before);
    await waitFor("the status names it", async () => (await published()) === known["slot-0.host"]);
    assert.equal(known["slot-0.path"], path);
    assert.ok(known["slot-0.page.html"]?.includes(known["slot-0.host"] ?? "?"));
  });

  await t.test(
    "the annotation renew-page changes the path alone, and an Event says so",
    async () => {
      const keyBefore = await read<Secret>(server, keyPath);
      await annotate({ "proxyfleet.dev/renew-page": "leaked" });
      const renewed = await fieldsWhere("another path", (now) => now["slot-0.path"] !== path);
      assert.deepEqual({ ...renewed, "slot-0.path": path }, known);
      paths.push(renewed["slot-0.path"] ?? "");
      const keyAfter = await read<Secret>(server, keyPath);
      const { "default.family.0": renewal, ...others } = keyAfter?.data ?? {};
      assert.ok(renewal !== undefined);
      assert.deepEqual(others, keyBefore?.data);
      await waitFor("an Event", async () =>
        (await eventReasons(server, "family")).includes("PageRenewed"),
      );
      known = renewed;
    },
  );

  await t.test("the key is written again as it was, where somebody deletes it", async () => {
    const before = await read<Secret>(server, keyPath);
    await server.call("DELETE", keyPath);
    const again = await waitFor("the key", async () => {
      const now = await read<Secret>(server, keyPath);
      return now?.metadata.uid === before?.metadata.uid ? undefined : now;
    });
    assert.deepEqual(again.data, before?.data);
    assert.equal(again.metadata.ownerReferences, undefined);
    assert.deepEqual(await fields(), known);
  });

  await t.test(
    "a fleet that is deleted leaves nothing in it, and has the same path when it is applied again",
    async () => {
      await server.call("DELETE", fleetPath("family"));
      await waitFor(
        "the fleet to be gone",
        async () => (await read(server, fleetPath("family"))) === undefined,
      );
      assert.deepEqual(await fields(), {});
      await apply(server, {
        ...family,
        metadata: { ...family.metadata, annotations: { "proxyfleet.dev/renew-page": "leaked" } },
      });
      const back = await fieldsWhere("a link again", (now) => now["slot-0.link"] !== undefined);
      assert.equal(back["slot-0.path"], known["slot-0.path"]);
      assert.notEqual(back["slot-0.host"], known["slot-0.host"], "its old address rests");
    },
  );

  await t.test("another process has the same path", async () => {
    operator.kill();
    await operator.gone();
    await server.call("DELETE", sharePath);
    operator = cluster.runOperator();
    const back = await fieldsWhere("a link again", (now) => now["slot-0.link"] !== undefined);
    assert.equal(back["slot-0.path"], known["slot-0.path"]);
  });

  await t.test("neither a path nor the key is in a log, an Event or a status", async () => {
    const live = await read(server, fleetPath("family"));
    const { body: events } = await server.call("GET", "/apis/events.k8s.io/v1/events");
    const key = (await read<Secret>(server, keyPath))?.data?.["key"] ?? "?";
    const said = JSON.stringify([operator.lines, live, events]);
    for (const secret of [...paths, key, "wa.me"]) assert.ok(!said.includes(secret));
  });
});

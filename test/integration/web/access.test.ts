import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import type { Board } from "../../../src/web/wire.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { person, revoke, signedToken, unbind } from "./people.ts";
import { type ServedDashboard, serveAt } from "./served-dashboard.ts";
import { OpenStream, asked } from "./viewer.ts";

const api = "/apis/proxyfleet.dev/v1alpha1";
/** The same refusal, whatever the token lacks. */
const unknownToken = /"why":"SignIn"/;

describe("who sees what of the dashboard, at a real API server", () => {
  let server: ApiServer;
  let dashboard: ServedDashboard;

  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    for (const [index, namespace] of ["north", "south"].entries())
      await populate(server, namespace, `203.0.113.${index + 10}`);
    await create(server, `${api}/addresspools`, poolObject());
    dashboard = await serveAt(server.kubeconfig);
  });
  after(async () => {
    await dashboard?.stop();
    await server?.stop();
  });

  test("nobody sees anything without a token, or with one that is wrong or expired", async () => {
    await person(server, "late", { fleets: ["*"], ledger: true });
    const expired = await signedToken(server, "late", -60);
    const good = await signedToken(server, "late", 600);
    assert.equal((await asked(dashboard.origin, "/api/stream", good)).status, 200);
    for (const token of [undefined, "wrong", expired])
      for (const path of ["/api/stream", "/api/fleets/north/family-north"]) {
        const { status, text } = await asked(dashboard.origin, path, token);
        assert.equal(status, 401, `${token} ${path}`);
        assert.match(text, unknownToken);
        assert.doesNotMatch(text, /north|203\.0\.113/);
      }
  });

  test("a viewer of one namespace sees that one, without addresses and pools", async () => {
    const token = await person(server, "viewer", { fleets: ["north"] });
    const stream = await OpenStream.open(dashboard.origin, token);
    const board = JSON.parse((await stream.first("board")).data) as Board;
    assert.deepEqual(
      board.fleets.map(({ key }) => key),
      ["north/family-north"],
    );
    assert.deepEqual(board.hidden, ["Addresses", "Pools"]);
    const own = await asked(dashboard.origin, "/api/fleets/north/family-north", token);
    assert.equal(own.status, 200);
    for (const text of [stream.text, own.text]) assert.doesNotMatch(text, /203\.0\.113|south/);
    stream.close();
  });

  test("a fleet that they may not see is answered as one that does not exist", async () => {
    const token = await person(server, "curious", { fleets: ["north"] });
    const answers = await Promise.all(
      ["south/family-south", "south/none", "none/none", "north/none"].map(async (key) =>
        asked(dashboard.origin, `/api/fleets/${key}`, token),
      ),
    );
    for (const answer of answers) assert.deepEqual(answer, { ...answers[0], status: 404 });
  });

  test("they learn nothing of what happens elsewhere, not even that it happens", async () => {
    const [narrow, wide] = await Promise.all([
      person(server, "narrow", { fleets: ["north"] }),
      person(server, "wide", { fleets: ["*"], ledger: true, pools: true }),
    ]);
    const [theirs, all] = await Promise.all([
      OpenStream.open(dashboard.origin, narrow),
      OpenStream.open(dashboard.origin, wide),
    ]);
    const { id } = await theirs.first("board");
    await all.first("board");
    const path = `${api}/namespaces/south/whatsappproxies/family-south`;
    await server.patch(path, { spec: { paused: true } });
    await all.first("change");
    await server.patch(path.replaceAll("south", "north"), { spec: { paused: true } });
    await theirs.first("change");
    const changes = theirs.events.filter(({ name }) => name === "change");
    assert.equal(changes.length, 1);
    assert.equal(changes[0]?.id, id?.replace(/0$/, "1"));
    assert.doesNotMatch(theirs.text, /south/);
    assert.match(all.text, /203\.0\.113\.11/);
    for (const stream of [theirs, all]) stream.close();
  });

  test("whoever comes back gets what they missed, and no more", async () => {
    const token = await person(server, "returning", { fleets: ["north"] });
    const first = await OpenStream.open(dashboard.origin, token);
    await first.first("board");
    const { id } = first;
    first.close();
    const path = `${api}/namespaces/north/whatsappproxies/family-north`;
    await server.patch(path, { spec: { paused: false } });
    const again = await OpenStream.open(dashboard.origin, token, id);
    await again.first("change");
    assert.equal(again.events.filter(({ name }) => name === "board").length, 0);
    again.close();
    const elsewhere = await OpenStream.open(dashboard.origin, token, "another-7");
    await elsewhere.first("board");
    elsewhere.close();
  });

  test("whoever may list no fleet is told so", async () => {
    const token = await person(server, "nobody", { fleets: [] });
    const { status, text } = await asked(dashboard.origin, "/api/stream", token);
    assert.equal(status, 403);
    assert.match(text, /proxyfleet-viewer/);
  });

  test("an open page ends when its rights are taken away", async () => {
    const token = await person(server, "dismissed", { fleets: ["north"] });
    const stream = await OpenStream.open(dashboard.origin, token);
    await stream.first("board");
    await unbind(server, "dismissed", "north");
    assert.match((await stream.first("refused")).data, /"why":"NoRight"/);
    await waitFor("its end", async () => stream.isOver);
  });

  test("an open page ends when its token is revoked, and shows nothing from then on", async () => {
    const token = await person(server, "gone", { fleets: ["*"] });
    const stream = await OpenStream.open(dashboard.origin, token);
    await stream.first("board");
    await revoke(server, "gone");
    assert.match((await stream.first("refused")).data, unknownToken);
    assert.equal((await asked(dashboard.origin, "/api/stream", token)).status, 401);
  });

  test("an open page shows another namespace as soon as its viewer may see it", async () => {
    const token = await person(server, "promoted", { fleets: ["north"] });
    const stream = await OpenStream.open(dashboard.origin, token);
    await stream.first("board");
    await person(server, "promoter", { fleets: ["south"] });
    const binding = `/apis/rbac.authorization.k8s.io/v1/namespaces/south/rolebindings/promoter`;
    const subjects = [{ kind: "ServiceAccount", name: "promoted", namespace: "default" }];
    await server.patch(binding, { subjects });
    await waitFor("the other namespace", async () => stream.text.includes("family-south"));
    stream.close();
  });

  test("no token was logged", () => {
    assert.doesNotMatch(dashboard.logged.join(""), /eyJ/);
  });
});

async function create(server: ApiServer, path: string, object: CustomObject): Promise<void> {
  const { code, body } = await server.call("POST", path, object);
  assert.equal(code, 201, JSON.stringify(body));
  if (object.status === undefined) return;
  const at = `${path}/${object.metadata.name}/status`;
  const done = await server.patch(at, { status: object.status });
  assert.equal(done.code, 200, JSON.stringify(done.body));
}

/** A namespace with a fleet of one slot. Its status names its address in words. */
async function populate(server: ApiServer, namespace: string, address: string): Promise<void> {
  await server.call("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace },
  });
  const name = `family-${namespace}`;
  const path = `${api}/namespaces/${namespace}/whatsappproxies`;
  const message = `${address} serves`;
  await create(
    server,
    path,
    fleetObject({
      name,
      namespace,
      spec: { addresses: { count: 1, pools: [{ name: "pool-a" }] } },
      status: { readyReplicas: 2, slots: [{ slot: 0, address, burnt: 0, message }] },
    }),
  );
  const { body } = await server.call("GET", `${path}/${name}`);
  const { uid } = body["metadata"] as { uid: string };
  await create(
    server,
    `${api}/proxyaddresses`,
    entryObject({
      address,
      spec: { claimRef: { namespace, name, uid, slot: 0 } },
      status: { phase: "Serving", phaseSince: "2026-11-29T09:00:00Z" },
    }),
  );
}

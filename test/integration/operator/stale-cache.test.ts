import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { ApiServer } from "../apiserver.ts";
import { installCrds } from "../crds.ts";
import { collectionOf, fleet, ledgerEntry, pool } from "../samples.ts";
import { Gate } from "./gate.ts";
import { type RunningOperator, apply, startOperator, until } from "./operator.ts";
import { entriesOf, eventReasons, fleetPath, read } from "./world.ts";

let server: ApiServer;
let gate: Gate;
let operator: RunningOperator;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await apply(server, pool());
  gate = await Gate.start(server);
  operator = startOperator(await gate.kubeconfig(), { leaderElection: false, http2: false });
  await until("the operator knows the pool", async () =>
    read<{ status?: { free?: number } }>(
      server,
      "/apis/proxyfleet.dev/v1alpha1/addresspools/metallb-a",
    ).then((found) => found?.status?.free),
  );
});
after(async () => {
  await operator.stop();
  await gate.stop();
  await server.stop();
});

test("a slot is not claimed for twice, though the watch has not shown a dead leader's claim", async () => {
  gate.hold("whatsappproxies");
  gate.hold("proxyaddresses");
  await apply(server, fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } }));
  const uid = (await read<WhatsAppProxy>(server, fleetPath("family")))?.metadata.uid ?? "";
  const claim = ledgerEntry({ claimRef: { namespace: "default", name: "family", uid, slot: 0 } });
  const labels = {
    "app.kubernetes.io/managed-by": "proxyfleet",
    "proxyfleet.dev/fleet": "family",
    "proxyfleet.dev/fleet-namespace": "default",
    "proxyfleet.dev/slot": "0",
  };
  await server.call("POST", collectionOf(claim), {
    ...claim,
    metadata: { ...claim.metadata, labels },
  });
  gate.release("whatsappproxies");
  await until(
    "the operator has seen the fleet, and its claim",
    async () =>
      (await eventReasons(server, "family")).length > 0 ||
      operator.lines.some(({ msg, controller }) => msg === "reconciled" && controller === "fleet"),
  );
  gate.release("proxyaddresses");
  await until(
    "the address gets its Service",
    async () => (await entriesOf(server, "family"))[0]?.status?.serviceName,
  );
  const entries = await entriesOf(server, "family");
  assert.deepEqual(
    entries.map(({ metadata }) => metadata.name),
    ["ip-203-0-113-9"],
  );
});

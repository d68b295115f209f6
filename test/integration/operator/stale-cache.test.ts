import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { collectionOf, fleet, ledgerEntry, pool } from "../samples.ts";
import { WriteGate } from "../../stand-ins/api-server/write-gate.ts";
import { type RunningOperator, apply, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { entriesOf, eventReasons, fleetPath, read } from "./fleet-objects.ts";

let server: ApiServer;
let writeGate: WriteGate;
let operator: RunningOperator;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await apply(server, pool());
  writeGate = await WriteGate.start(server);
  operator = startOperator(await writeGate.kubeconfig(), { leaderElection: false, http2: false });
  await waitFor("the operator knows the pool", async () =>
    read<{ status?: { free?: number } }>(
      server,
      "/apis/proxyfleet.dev/v1alpha1/addresspools/metallb-a",
    ).then((found) => found?.status?.free),
  );
});
after(async () => {
  await operator.stop();
  await writeGate.stop();
  await server.stop();
});

test("a slot is not claimed for twice, though the watch has not shown a dead leader's claim", async () => {
  writeGate.hold("whatsappproxies");
  writeGate.hold("proxyaddresses");
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
  writeGate.release("whatsappproxies");
  await waitFor(
    "the operator has seen the fleet, and its claim",
    async () =>
      (await eventReasons(server, "family")).length > 0 ||
      operator.lines.some(({ msg, controller }) => msg === "reconciled" && controller === "fleet"),
  );
  writeGate.release("proxyaddresses");
  await waitFor(
    "the address gets its Service",
    async () => (await entriesOf(server, "family"))[0]?.status?.serviceName,
  );
  const entries = await entriesOf(server, "family");
  assert.deepEqual(
    entries.map(({ metadata }) => metadata.name),
    ["ip-203-0-113-9"],
  );
});

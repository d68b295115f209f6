import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, test } from "node:test";
import { certificateBehind } from "../../../src/address/io/handshake.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { laneCertificates } from "../../../src/proxy/lane-certificates.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { fleet, pool } from "../samples.ts";
import { childPaths, entriesOf, read } from "./fleet-objects.ts";
import { apply } from "./operator.ts";

const dayMs = 86_400_000;
const secretPath = childPaths["Secret"]?.("family") ?? "";
let cluster: FakeCluster;
let server: ApiServer;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  cluster.runOperator();
});
after(async () => cluster?.stop());

/** The fleet's one address, once it is published. */
async function serving() {
  return waitFor("an address that serves", async () =>
    (await entriesOf(server, "family")).find(({ status }) => status?.phase === "Serving"),
  );
}

/** Makes the lane's certificate one that was made so many days ago. Returns its fingerprint. */
async function age(days: number): Promise<string> {
  const live = await read<Secret>(server, secretPath);
  const [lane] = laneCertificates(live);
  assert.ok(lane !== undefined);
  const { pem, sha256 } = await issueCertificate(Date.now() - days * dayMs, Math.random);
  const file = Buffer.from(live?.data?.["lanes.json"] ?? "", "base64").toString();
  const data = {
    [`lane-${lane.lane}.pem`]: Buffer.from(pem).toString("base64"),
    "lanes.json": Buffer.from(file.replace(lane.sha256, sha256)).toString("base64"),
  };
  const { code } = await server.patch(secretPath, { data });
  assert.equal(code, 200);
  return sha256;
}

test("an address that has served for years shows a valid certificate, and serves on", async () => {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const addresses = { count: 1, pools: [{ name: "metallb-a" }] };
  await apply(
    server,
    pool({ addresses: ["127.66.0.0/24"] }),
    fleet({ replicas: 1, listeners, rotation: { maxAge: "0s" }, addresses }),
  );
  const before = await serving();
  const expired = await age(8_000);
  const [renewed] = await waitFor("another certificate", async () => {
    const known = laneCertificates(await read<Secret>(server, secretPath));
    return known[0]?.sha256 === expired ? undefined : known;
  });
  assert.ok(renewed !== undefined);
  assert.ok(new X509Certificate(renewed.pem).validToDate.getTime() > Date.now() + 300 * dayMs);
  const host = before.spec.address ?? "";
  await waitFor("people to be shown it", async () => {
    const shown = await certificateBehind({ host, port: dataPlanePorts.chat }, 5_000);
    return shown === renewed.sha256;
  });
  await waitFor("the ledger to say so", async () => {
    const [entry] = await entriesOf(server, "family");
    return entry?.status?.certificateSHA256 === renewed.sha256;
  });
  const [now, ...others] = await entriesOf(server, "family");
  assert.deepEqual(others, []);
  assert.deepEqual(
    [now?.metadata.uid, now?.status?.phase, now?.status?.phaseSince],
    [before.metadata.uid, "Serving", before.status?.phaseSince],
  );
});

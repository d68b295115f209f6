import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { laneCertificates } from "../../../src/proxy/lane-certificates.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { apply } from "../operator/operator.ts";
import { childPaths, read } from "../operator/fleet-objects.ts";
import { fleet, ledgerEntry, pool } from "../samples.ts";
import { Stage } from "./stage.ts";

const theirs = "example.org/audit";

test("an entry that was restored with an older fleet's uid keeps its lane while its Service is there", async (t) => {
  const stage = await Stage.set();
  t.after(async () => stage.strike());
  await apply(
    stage.server,
    pool(),
    fleet({ addresses: { count: 1, pools: [{ name: "metallb-a" }] } }),
  );
  const { metadata, spec } = await stage.inTheMaking("family");
  const { name } = metadata;
  const lanes = async () => {
    const secret = await read<Secret>(stage.server, childPaths["Secret"]?.("family") ?? "");
    return laneCertificates(secret).map(({ lane, address, sha256 }) => ({ lane, address, sha256 }));
  };
  const before = await lanes();
  assert.deepEqual(
    before.map(({ address }) => address),
    [name],
  );

  await stage.stopOperator();
  await stage.lose(name);
  const claimRef = { ...spec.claimRef, uid: "0d6c7f5e-2f0f-4f1c-9a55-0d3c8f3a9f11" };
  await apply(stage.server, ledgerEntry({ ...spec, claimRef }, name));
  const [service] = await stage.servicesOf(name);
  const held = JSON.stringify({ metadata: { finalizers: [theirs] } });
  const serviceName = service?.metadata.name ?? "";
  await stage.kubectl(["patch", "service", serviceName, "--type=merge", "-p", held]);
  stage.startOperator();
  await stage.inTheMaking("family");

  await stage.kubectl(["delete", "wapa", name, "--wait=false"]);
  const fresh = await waitFor("the slot's other address", async () =>
    (await stage.ledger()).find((one) => one.metadata.name !== name),
  );
  const old = await stage.entry(name);
  assert.equal(old?.spec.want, "Quarantine", "the old one has retired");
  assert.equal((await stage.servicesOf(name)).length, 1, "its Service is still there");
  assert.notEqual(fresh.spec.lane, spec.lane);
  await waitFor("the other lane is open", async () =>
    (await lanes()).some(({ address }) => address === fresh.metadata.name),
  );
  assert.deepEqual(
    (await lanes()).filter(({ lane }) => lane === spec.lane),
    before,
    "the old address shows its own certificate still",
  );
});

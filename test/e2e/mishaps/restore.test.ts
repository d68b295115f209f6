import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Reader } from "../docs/reader.ts";
import { OutsideOperator } from "../stage/operator.ts";
import { Crowd, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { countFailures } from "./cut-off.ts";
import { RememberingFleet } from "./remembering-fleet.ts";
import { runbook } from "./runbook.ts";

const children = "service,deployment,secret,pdb,networkpolicy";
const ours = `kubectl get ${children} -A -l app.kubernetes.io/managed-by=proxyfleet`;

/** Our objects are gone, and what serves people is nobody's. */
const proxiesRunOn = `
${ours} -o jsonpath='{range .items[*]}-n {.metadata.namespace} {.kind}/{.metadata.name}{"\\n"}{end}' |
  xargs -r -L1 kubectl patch --type=merge -p '{"metadata":{"ownerReferences":null}}'
for kind in wap wapa wapool; do
  kubectl get $kind -A -o jsonpath='{range .items[*]}--namespace={.metadata.namespace} {.kind}/{.metadata.name}{"\\n"}{end}' |
    xargs -r -L1 kubectl patch --type=merge -p '{"metadata":{"finalizers":null}}'
done
kubectl delete wap --all -A --timeout=60s
kubectl delete wapa,wapool --all --timeout=60s
`;

/** The cluster is as if it were set up from scratch. */
const nothingIsLeft = `${proxiesRunOn}
kubectl delete ${children} -A -l app.kubernetes.io/managed-by=proxyfleet --timeout=90s
`;

/** Applies the backup's objects of one kind. */
const part = (kind: string) => `
KIND=${kind} ${process.execPath} --input-type=module -e '
  import { readFileSync } from "node:fs";
  import { parse } from "yaml";
  const list = parse(readFileSync("backup.yaml", "utf8"));
  const items = list.items.filter(({ kind }) => kind === process.env.KIND);
  console.log(JSON.stringify({ ...list, items }));
' >part.json
kubectl apply -f part.json
`;

interface Given {
  readonly fleet: RememberingFleet;
  readonly loss: string;
}

/** Loses all, and restores the backup slowly, with an operator that looks at each part. */
async function loseAndRestore(t: TestContext, { fleet, loss }: Given) {
  const reader = new Reader();
  t.after(async () => {
    reader.leave();
    await fleet.remove();
  });
  const { certificateSHA256 } = await whatsapp();
  await fleet.settle();
  const before = await fleet.memory();
  const crowd = new Crowd(async () => before.published.values(), certificateSHA256);
  const [backup = ""] = runbook("Before: while all is quiet").filter((one) =>
    one.includes("backup.yaml"),
  );
  await reader.type(backup);

  const operator = await OutsideOperator.takeOver();
  try {
    await reader.type(loss);
  } finally {
    await operator.handBack();
  }
  await reader.type(part("AddressPool"));
  await reader.type(part("ProxyAddress"));
  for (const { host } of before.published.values())
    await waitFor(`${host} to wait for its fleet`, async () => {
      const entry = await fleet.entryOf(host);
      assert.notEqual(entry?.spec.want, "Quarantine", `${host} was given up`);
      return entry?.status?.conditions?.some(({ reason }) => reason === "FleetMissing");
    });
  await reader.type(part("WhatsAppProxy"));
  await fleet.isBack(before, 180);
  const now = await fleet.memory();
  assert.deepEqual([now.ledger, now.published], [before.ledger, before.published]);
  return { before, now, failures: await countFailures(t, crowd) };
}

test("a restore while the operator and the proxies run cuts nobody off, and every group keeps its address", async (t) => {
  await whatsapp();
  const fleet = new RememberingFleet({ name: "e2e-restore", addresses: ["203.0.113.80/29"] });
  const { before, now, failures } = await loseAndRestore(t, { fleet, loss: proxiesRunOn });
  assert.deepEqual([now.services, now.pods], [before.services, before.pods]);
  assert.deepEqual(failures, []);
});

test("a restore while the operator runs, of a cluster that is empty, gives every group its address again", async (t) => {
  await whatsapp();
  const fleet = new RememberingFleet({ name: "e2e-restore-bare", addresses: ["203.0.113.88/29"] });
  const { failures } = await loseAndRestore(t, { fleet, loss: nothingIsLeft });
  assert.ok(failures.length > 0, "nobody was cut off although nothing was left");
});

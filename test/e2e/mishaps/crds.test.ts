import assert from "node:assert/strict";
import { test } from "node:test";
import { Reader } from "../docs/reader.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import { Crowd, Holder, whatsapp } from "../stage/people.ts";
import { countFailures } from "./cut-off.ts";
import { RememberingFleet } from "./remembering-fleet.ts";
import { runbook } from "./runbook.ts";

const crds = ["whatsappproxies", "proxyaddresses", "addresspools"].map(
  (plural) => `${plural}.proxyfleet.dev`,
);

const installed = `
kubectl apply --server-side --force-conflicts -f dist/install.yaml
kubectl rollout restart deployment/proxyfleet -n proxyfleet-system
kubectl rollout status deployment/proxyfleet -n proxyfleet-system --timeout=120s
`;

/** The cluster as other tests expect it, whatever this one has left. */
const fromScratch = `
kubectl delete crd ${crds.join(" ")} --ignore-not-found --wait=false
for kind in wap wapa wapool; do
  kubectl get $kind -A -o jsonpath='{range .items[*]}--namespace={.metadata.namespace} {.kind}/{.metadata.name}{"\\n"}{end}' |
    xargs -r -L1 kubectl patch --type=merge -p '{"metadata":{"finalizers":null}}' || true
done
kubectl delete crd ${crds.join(" ")} --ignore-not-found --timeout=60s
${installed}
`;

test("CRDs that were deleted by mistake", async (t) => {
  const fleet = new RememberingFleet({ name: "e2e-crds", addresses: ["203.0.113.64/29"] });
  const reader = new Reader();
  let isMended = false;
  let holder: Holder | undefined;
  await whatsapp();
  await fleet.settle();
  t.after(async () => {
    holder?.leave();
    reader.leave();
    const mender = new Reader();
    if (!isMended) await mender.type(fromScratch);
    mender.leave();
    await fleet.remove();
  });
  const { certificateSHA256 } = await whatsapp();
  const before = await fleet.memory();
  // Whatever the fleet's status says meanwhile: people go on using the addresses that they have.
  const crowd = new Crowd(async () => before.published.values(), certificateSHA256);
  const somebody = await Holder.at(before.published.get(0)!);
  holder = somebody;

  await t.test("hang in deletion, and the fleet says that it ends nothing", async () => {
    await kubectl("delete", "crd", ...crds, "--wait=false");
    await fleet.condition("Stalled", "True", { seconds: 60, reason: "DeletionHeld" });
    await fleet.event("DeletionHeld");
  });

  await t.test("end no fleet and lose no ledger when the operator is installed again", async () => {
    await reader.type(installed);
    await fleet.isLookedAfter();
    assert.deepEqual(await fleet.memory(), before);
    await fleet.condition("Stalled", "True", { seconds: 60, reason: "DeletionHeld" });
  });

  // kubectl reads no folder through a symbolic link, and a reader's checkout has these.
  await reader.type("cp -rL crds copy && rm crds && mv copy crds");
  for (const commands of runbook("The CRDs were deleted"))
    await t.test(`are overcome as the runbook says: ${commands.split("\n")[0]}`, async () => {
      await reader.type(commands);
    });

  await t.test("have taken neither an address nor a pod from anybody", async () => {
    assert.ok(!reader.hasEnded, "a command of the runbook failed");
    await fleet.isBack(before, 180);
    assert.deepEqual(await fleet.memory(), before);
    const { items } = await read<{ items: { metadata: { deletionTimestamp?: string } }[] }>(
      "crd",
      ...crds,
    );
    assert.deepEqual(
      items.map(({ metadata }) => metadata.deletionTimestamp),
      crds.map(() => undefined),
    );
    isMended = true;
  });

  await t.test("have cut nobody off", async (t) => {
    t.diagnostic(`the held connection had ${somebody.echoes} echoes`);
    assert.deepEqual(await countFailures(t, crowd), []);
  });
});

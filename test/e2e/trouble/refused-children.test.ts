import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, read, readIfAny } from "../stage/kubectl.ts";
import { chat, dark, media, whatsapp } from "../stage/people.ts";
import { allowBudgetsIn, allowLoadBalancers, denyBudgetsIn, refusalWords } from "./admission.ts";
import { moved, movedByReports, reportBlocked } from "../stage/report.ts";
import { Toll } from "../stage/toll.ts";

const rotation = { drain: { scheduled: "1h", blocked: "10s" } };
const spec = { ...movedByReports, rotation };

describe("a fleet whose PodDisruptionBudget an admin's policy denies", () => {
  const fleet = new TestFleet({ name: "e2e-denied", addresses: ["203.0.113.0/28"], spec });
  before(async () => {
    await whatsapp();
    await apply(namespaceObject(fleet.namespace, { "proxyfleet-test": "end-to-end" }));
    await denyBudgetsIn(fleet.namespace);
    await fleet.create();
  });
  after(async () => {
    await allowBudgetsIn(fleet.namespace);
    await fleet.remove();
  });

  test("serves people, moves a blocked group, ends its old address, and quotes the policy", async (t) => {
    await fleet.ready();
    const message = await fleet.condition("ChildrenApplied", "False", {
      seconds: 30,
      reason: "ServerRefuses",
    });
    assert.match(message, /refuses PodDisruptionBudget e2e-denied\/e2e-denied-proxy: /);
    assert.ok(message.includes(refusalWords), message);

    const old = await fleet.published();
    const toll = await Toll.of(t, fleet, old.get(1)!);
    const blocked = old.get(0)!;
    await reportBlocked(fleet, blocked.host);
    const fresh = await moved(fleet, 0, { from: blocked.host });
    await chat(fresh);
    await media(fresh);
    await fleet.phase(blocked.host, "Quarantined");
    const look = await dark(blocked);
    assert.ok(look.dark, JSON.stringify(look));
    assert.equal((await fleet.published()).get(1)?.host, old.get(1)?.host);
    await toll.count(t);
  });

  test("has it once the policy is gone, without a person's help", async () => {
    const budget = ["poddisruptionbudget", "e2e-denied-proxy", "-n", fleet.namespace];
    assert.equal(await readIfAny(...budget), undefined);
    await allowBudgetsIn(fleet.namespace);
    await fleet.condition("ChildrenApplied", "True", { seconds: 180 });
    await read(...budget);
  });
});

describe("a fleet whose next load balancer a quota refuses", () => {
  const fleet = new TestFleet({
    name: "e2e-quota",
    addresses: ["203.0.113.16/28"],
    spec,
    pool: { quarantine: { unusable: "10s" } },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("says that a blocked group is cut off, quotes the quota, and moves it when that is raised", async (t) => {
    const old = await fleet.published();
    const toll = await Toll.of(t, fleet, old.get(1)!);
    const blocked = old.get(0)!.host;
    await allowLoadBalancers(fleet.namespace, 2);
    await reportBlocked(fleet, blocked);
    const message = await fleet.condition("Reachable", "False", {
      seconds: 240,
      reason: "AddressBlocked",
    });
    assert.match(message, /^1 of 2 slots are cut off\. slot 0: .* is blocked in IR/);
    assert.match(message, /exceeded quota: balancers/);
    const shown = await kubectl("get", "wap", fleet.name, "-n", fleet.namespace);
    assert.match(shown, /True +1\/2 +2\/2/, "READY, REACHABLE and SERVING");
    await fleet.event("AddressBlocked", /exceeded quota/);
    assert.deepEqual(await fleet.published(), old);

    await allowLoadBalancers(fleet.namespace, 4);
    const fresh = await moved(fleet, 0, { from: blocked, seconds: 180 });
    await chat(fresh);
    await fleet.condition("Reachable", "True");
    assert.equal((await fleet.published()).get(1)?.host, old.get(1)?.host);
    await toll.count(t);
  });
});

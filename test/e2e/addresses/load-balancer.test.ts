import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import { pauseProgram } from "../stage/pause.ts";
import { OutsideOperator } from "../stage/operator.ts";
import { chat, dark, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const addresses = (name: string, more: object) => ({
  addresses: { count: 1, pools: [{ name }], ...more },
});

describe("a fleet whose MetalLB stops for a while", () => {
  const fleet = new TestFleet({ name: "e2e-metallb", addresses: ["203.0.113.192/29"], slots: 1 });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("keeps what it has claimed, and moves there once MetalLB is back: no address is burnt", async () => {
    const old = (await fleet.published()).get(0)!;
    const resume = await pauseProgram("metallb-controller");
    try {
      await fleet.rotate("while-it-is-down");
      const claimed = await waitFor("a claim that waits for the load balancer", async () =>
        (await fleet.ledger()).find(({ status }) =>
          status?.conditions?.some(({ reason }) => reason === "WaitingForLoadBalancer"),
        ),
      );
      await chat(old);
      resume();
      await fleet.handled("while-it-is-down");
      assert.equal((await fleet.published()).get(0)?.host, claimed.spec.address);
      const ledger = await fleet.ledger();
      assert.deepEqual(
        new Set(ledger.map(({ spec }) => spec.address)),
        new Set([old.host, claimed.spec.address]),
      );
      assert.ok(ledger.every(({ spec }) => spec.retiredBecause !== "Unusable"));
    } finally {
      resume();
    }
  });
});

describe("a fleet with externalTrafficPolicy: Local", () => {
  const name = "e2e-local";
  const fleet = new TestFleet({
    name,
    addresses: ["203.0.113.200/30"],
    slots: 1,
    spec: addresses(name, { externalTrafficPolicy: "Local" }),
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("serves people at its address", async () => {
    const address = (await fleet.published()).get(0)!;
    await chat(address);
    await media(address);
    const service = (await fleet.service(address.host)) as {
      spec: { externalTrafficPolicy: string };
    };
    assert.equal(service.spec.externalTrafficPolicy, "Local");
  });
});

describe("a fleet whose source ranges shut the operator out", () => {
  const name = "e2e-ranges";
  const ranges = { loadBalancerSourceRanges: ["192.0.2.0/24"] };
  const fleet = new TestFleet({
    name,
    addresses: ["203.0.113.204/30"],
    slots: 1,
    spec: addresses(name, ranges),
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("is verified at its pods, and the address says so", async () => {
    const address = (await fleet.published()).get(0)!;
    const entry = await fleet.entryOf(address.host);
    const verified = entry?.status.conditions?.find(({ type }) => type === "Verified");
    assert.deepEqual([verified?.status, verified?.reason], ["True", "VerifiedAtPods"]);
    assert.match(verified?.message ?? "", /The address itself was not tried/);
    assert.deepEqual(Object.values((await dark(address)).ports), ["timeout", "timeout"]);
  });
});

describe("a Service whose ledger entry is lost", () => {
  const fleet = new TestFleet({ name: "e2e-lost", addresses: ["203.0.113.208/29"], slots: 1 });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("goes on serving, and its entry is made again", async () => {
    const address = (await fleet.published()).get(0)!;
    const lost = (await fleet.entryOf(address.host))!;
    const operator = await OutsideOperator.takeOver();
    await kubectl(
      "patch",
      "wapa",
      lost.metadata.name,
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    );
    await kubectl("delete", "wapa", lost.metadata.name);
    await chat(address);
    await operator.handBack();
    const again = await waitFor("the entry to serve again", async () => {
      const entry = await fleet.entryOf(address.host);
      return entry !== undefined &&
        entry.metadata.uid !== lost.metadata.uid &&
        entry.status?.phase === "Serving"
        ? entry
        : undefined;
    });
    assert.deepEqual(again.spec, lost.spec);
    await fleet.ready();
    await chat(address);
    const services = await read<{ items: unknown[] }>("services", "-n", fleet.name);
    assert.equal(services.items.length, 1);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Service } from "../../../src/kubernetes/objects.ts";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { pauseProgram } from "../stage/pause.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** These wait for minutes, as the operator does: `make test-slow` has them. */
const skip = process.env["PROXYFLEET_LONG"] === undefined;

describe("an address that its load balancer has changed", { skip }, () => {
  const fleet = new TestFleet({
    name: "e2e-changed",
    addresses: ["203.0.113.216/29"],
    slots: 1,
    spec: {},
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("is told at the fleet, and replaced after two minutes, with people on the new one", async () => {
    const old = (await fleet.published()).get(0)!;
    const service = (await fleet.service(old.host)) as Service;
    const resume = await pauseProgram("metallb-controller");
    try {
      const change = { status: { loadBalancer: { ingress: [{ ip: "203.0.113.223" }] } } };
      await kubectl(
        "patch",
        "service",
        service.metadata.name,
        "-n",
        fleet.name,
        "--subresource=status",
        "--type=merge",
        "-p",
        JSON.stringify(change),
      );
      assert.match(
        await fleet.condition("Ready", "False", { seconds: 60, reason: "AddressLost" }),
        new RegExp(`${old.host} is published, but its load balancer has another`),
      );
      const next = await waitFor(
        "a claim of another address",
        async () => (await fleet.ledger()).find(({ spec }) => spec.address !== old.host),
        { seconds: 180 },
      );
      resume();
      await fleet.phase(next.spec.address ?? "", "Serving");
      await fleet.ready();
      await chat((await fleet.published()).get(0)!);
      await fleet.phase(old.host, "Draining");
    } finally {
      resume();
    }
  });
});

describe("ten minutes without MetalLB, DNS and upstream", { skip }, () => {
  const spec = { rotation: { maxConcurrent: 2 } };
  const fleet = new TestFleet({
    name: "e2e-outage",
    addresses: ["203.0.113.224/29"],
    slots: 2,
    spec,
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("burn no address: what was claimed before is published after", async () => {
    const resumes: (() => void)[] = [];
    const saying = async (reason: string) =>
      (await fleet.ledger()).find(({ status }) =>
        status.conditions?.some((condition) => condition.reason === reason),
      );
    try {
      resumes.push(await pauseProgram("whatsapp.ts"), await pauseProgram("coredns"));
      await fleet.rotate("0@outage");
      await waitFor("an address whose media port leads nowhere", async () => saying("MediaFails"), {
        seconds: 180,
      });
      resumes.push(await pauseProgram("metallb-controller"));
      await fleet.rotate("1@outage");
      await waitFor(
        "an address that the load balancer does not set",
        async () => saying("LoadBalancerSilent"),
        { seconds: 180 },
      );
      const claimed = new Set((await fleet.ledger()).map(({ spec: { address } }) => address));
      assert.equal(claimed.size, 4);
      const endsAt = Date.now() + 600_000;
      await waitFor("ten minutes to pass", async () => Date.now() >= endsAt, { seconds: 700 });
      for (const resume of resumes) resume();
      await fleet.handled("1@outage");
      const ledger = await fleet.ledger();
      assert.deepEqual(new Set(ledger.map(({ spec: { address } }) => address)), claimed);
      assert.deepEqual(
        ledger.map(({ spec: { want } }) => want).toSorted((a, b) => a.localeCompare(b)),
        ["Drain", "Drain", "Serve", "Serve"],
      );
      for (const address of (await fleet.published()).values()) await chat(address);
    } finally {
      for (const resume of resumes) resume();
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl, read } from "../stage/kubectl.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** A fleet for people in Iran, whose window is closed. */
function fleetInIran(name: string): TestFleet {
  return new TestFleet({
    name,
    addresses: ["203.0.113.80/28"],
    slots: 4,
    spec: {
      audience: { countries: ["IR"] },
      rotation: {
        minAge: "6h",
        windows: [{ cron: "0 0 29 2 *", duration: "1m" }],
        drain: { scheduled: "1h", blocked: "5s" },
      },
    },
  });
}

async function report(fleet: TestFleet, text: string): Promise<void> {
  const annotation = `proxyfleet.dev/report-blocked=${text}`;
  await kubectl("annotate", "wap", fleet.name, "-n", fleet.name, annotation, "--overwrite");
  await waitFor(
    `the report "${text}" to be answered`,
    async () => (await fleet.read()).status.lastHandledReport === text,
    { seconds: 20 },
  );
}

async function host(fleet: TestFleet, slot: number): Promise<string> {
  return (await fleet.published()).get(slot)?.host ?? "";
}

/**
 * An operator that has led for less than a minute assumes that an outage held all blocked slots,
 * whatever a fleet says. None was killed here yet: the first has led since its pod started, nearly.
 */
async function ledForAMinute(): Promise<void> {
  const ofOperator = ["-n", "proxyfleet-system", "-l", "app.kubernetes.io/name=proxyfleet"];
  await waitFor(
    "the operator to have led for a minute",
    async () => {
      const { items } = await read<{ items: { status: { startTime: string } }[] }>(
        "pods",
        ...ofOperator,
      );
      return items.every(({ status }) => Date.now() - Date.parse(status.startTime) > 85_000);
    },
    { seconds: 100 },
  );
}

describe("a block that a person reports", () => {
  const fleet = fleetInIran("e2e-blocked");
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("moves its slot at once, though it is young and its window is closed, and no other", async () => {
    const before = await fleet.published();
    const old = before.get(1)?.host ?? "";
    await report(fleet, `${old} IR first`);
    await waitFor("slot 1 to move", async () => (await host(fleet, 1)) !== old);
    const after = await fleet.published();
    await chat(after.get(1)!);
    for (const slot of [0, 2, 3]) assert.equal(after.get(slot)?.host, before.get(slot)?.host);
    await fleet.event(
      "Blocked",
      new RegExp(
        `slot 1: ${old.replaceAll(".", "\\.")} is blocked in IR \\(reported by a person: first\\)`,
      ),
    );
    const entry = await fleet.phase(old, "Quarantined");
    assert.equal(entry.spec.retiredBecause, "Blocked");
    assert.ok(
      Date.parse(entry.spec.quarantineUntil ?? "") > Date.now() + 29 * 86_400_000,
      "it rests for 30 days",
    );
  });

  test("in a country that is not the fleet's is kept in mind, and moves nothing", async () => {
    const address = await host(fleet, 2);
    await report(fleet, `${address} TM second`);
    await fleet.event("Blocked", /is blocked in TM .*TM is not in spec\.audience\.countries/);
    assert.deepEqual(
      (await fleet.read()).status.addresses?.find((row) => row.address === address)?.blockedIn,
      ["TM"],
    );
    assert.equal(await host(fleet, 2), address);
  });

  test("of an address that is not the fleet's is refused with an Event", async () => {
    await report(fleet, "198.51.100.77 IR third");
    await fleet.event(
      "ReportRefused",
      /names 198\.51\.100\.77, which is none of this fleet's addresses/,
    );
  });
});

describe("a block of most slots at once that a person reports", () => {
  const fleet = fleetInIran("e2e-blocked-together");
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("is taken for an outage: nothing moves until a person says so", async () => {
    const young = (await fleet.published()).get(1)?.host ?? "";
    await report(fleet, `${young} IR first`);
    await waitFor("slot 1 to move", async () => (await host(fleet, 1)) !== young);
    await fleet.patch({ paused: true });
    const before = await fleet.published();
    for (const slot of [0, 1, 3])
      await report(fleet, `${before.get(slot)?.host ?? ""} IR together`);
    const message = await fleet.condition("OutageSuspected", "True", { seconds: 20 });
    assert.match(
      message,
      /3 of 4 addresses published for IR began to fail.*If it is a block, set spec\.reachability\.outagePercent to 100/,
    );
    await fleet.patch({ paused: false });
    await waitFor(
      "the pause to end",
      async () => !(await fleet.read()).status.conditions?.some(({ type }) => type === "Paused"),
    );
    assert.deepEqual(await fleet.published(), before);
    await ledForAMinute();
    await fleet.patch({ reachability: { outagePercent: 100 }, rotation: { maxConcurrent: 4 } });
    await waitFor("slots 0 and 3 to move", async () => {
      const now = await fleet.published();
      return [0, 3].every(
        (slot) => now.get(slot) !== undefined && now.get(slot)?.host !== before.get(slot)?.host,
      );
    });
    // Slot 1 had a fresh address a moment ago: it rests before it takes another one.
    assert.equal(await host(fleet, 1), before.get(1)?.host);
    await fleet.condition("OutageSuspected", "False", { seconds: 20 });
  });
});

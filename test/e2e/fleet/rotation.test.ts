import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { chat, Crowd, dark, Holder, Knocker, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

describe("a rotation asked for by annotation", () => {
  const fleet = new TestFleet({
    name: "e2e-rotation",
    addresses: ["203.0.113.16/28"],
    spec: { rotation: { drain: { scheduled: "20s" } } },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("cuts nobody off, neither who holds a connection nor newcomers, and leaves addresses dark", async (t) => {
    const { certificateSHA256 } = await whatsapp();
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
    const old = await fleet.published();
    const holder = await Holder.at(old.get(0)!);
    const knocker = await Knocker.at(old.get(0)!);
    await fleet.rotate("the-first-time");
    await fleet.handled("the-first-time");
    const fresh = await fleet.published();
    for (const [slot, address] of fresh) assert.notEqual(address.host, old.get(slot)?.host);

    const echoesThen = holder.echoes;
    assert.equal((await fleet.phase(old.get(0)!.host, "Draining")).spec.want, "Drain");
    await waitFor(
      "the held connection to go on while its address drains",
      async () => holder.echoes > echoesThen + 10,
    );
    for (const address of fresh.values()) {
      await chat(address);
      await media(address);
    }

    const end = await holder.ended;
    assert.equal(end.lost, 0);
    const entry = await fleet.phase(old.get(0)!.host, "Quarantined");
    assert.ok(
      Date.parse(entry.spec.drainUntil ?? "") <= Date.now(),
      "it was closed when the drain ended, not before",
    );
    const answers = await knocker.stop();
    assert.deepEqual(
      answers,
      ["open", "silence"],
      "the old address serves until it is dark, and refuses at no moment",
    );
    const summary = await crowd.goHome();
    t.diagnostic(
      `${summary.connections} connections in ${summary.seconds} s, ${summary.failures} failures, slowest ${summary.slowestMs} ms; the held connection had ${end.echoes} echoes, ${end.lost} lost`,
    );
    assert.deepEqual(crowd.failures, []);
    assert.ok(summary.connections > 200);

    // Nobody answers there, not even to refuse.
    for (const address of old.values()) {
      await fleet.phase(address.host, "Quarantined");
      const look = await dark(address);
      assert.ok(look.dark, JSON.stringify(look));
    }
  });

  test("of one slot moves that slot only, and is done once", async () => {
    const before = await fleet.published();
    await fleet.rotate("1@only-this-slot");
    await fleet.handled("1@only-this-slot");
    const after = await fleet.published();
    assert.equal(after.get(0)?.host, before.get(0)?.host);
    assert.notEqual(after.get(1)?.host, before.get(1)?.host);
    const claims = (await fleet.ledger()).filter(
      ({ spec }) => spec.requestedAt === "1@only-this-slot",
    );
    assert.equal(claims.length, 1);
  });

  test("of a slot that does not exist is answered with an Event, and moves nothing", async () => {
    const before = await fleet.published();
    await fleet.rotate("7@nobody");
    await fleet.handled("7@nobody");
    await waitFor("an Event that names the slots", async () =>
      (await fleet.events()).some(
        ({ reason, note }) => reason === "RotateRefused" && note.includes("write a slot (0 to 1)"),
      ),
    );
    assert.deepEqual(await fleet.published(), before);
  });
});

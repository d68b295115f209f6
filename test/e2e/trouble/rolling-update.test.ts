import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { podsOf, serving, tagAgain } from "../stage/pods.ts";
import { TestFleet } from "../stage/fleet.ts";
import { whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { Toll } from "../stage/toll.ts";

describe("an address that drains while the pods of its people are replaced", () => {
  const fleet = new TestFleet({
    name: "e2e-drain-update",
    addresses: ["203.0.113.64/28"],
    slots: 1,
    spec: { rotation: { drain: { scheduled: "1h" } } },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("serves on while people talk on pods that end, and goes dark when they have left", async (t) => {
    const old = (await fleet.published()).get(0)!;
    const toll = await Toll.of(t, fleet, old);
    const before = (await serving(fleet.name, 2)).map(({ metadata }) => metadata.name);
    await fleet.rotate("beside-an-update");
    await fleet.handled("beside-an-update");
    await tagAgain("beside-a-drain");
    await fleet.patch({ image: { tag: "beside-a-drain" } });
    const { status } = await fleet.phase(old.host, "Draining");
    const updated = await serving(fleet.name, 2, ":beside-a-drain");
    assert.ok(updated.every(({ metadata }) => !before.includes(metadata.name)));

    // A drain without sessions would end half a minute after its begin; they are counted every 10 s.
    const since = Date.parse(status.phaseSince ?? "");
    await waitFor("the drain to be older than its least time", () => Date.now() - since > 65_000, {
      seconds: 90,
    });
    const ending = (await podsOf(fleet.name)).filter(({ metadata }) =>
      before.includes(metadata.name),
    );
    assert.ok(ending.length > 0, "people talk on pods that are on their way out");
    assert.ok(ending.every(({ metadata }) => metadata.deletionTimestamp !== undefined));
    assert.equal((await fleet.entryOf(old.host))?.status.phase, "Draining");
    await toll.everybodyIsAnswered();

    await toll.hangUp();
    await fleet.phase(old.host, "Quarantined", 90);
    await toll.count(t);
  });
});

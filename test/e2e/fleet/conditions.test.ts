import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { namespaceObject } from "../../objects/namespace.ts";
import { TestFleet } from "../stage/fleet.ts";
import { apply, kubectl, tryKubectl } from "../stage/kubectl.ts";
import { whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

describe("a fleet that comes before its pool", () => {
  const fleet = new TestFleet({ name: "e2e-no-pool", addresses: ["203.0.113.52/30"], slots: 1 });
  before(async () => void (await whatsapp()));
  after(async () => fleet.remove());

  test("says within seconds that there is none, and heals when it is made", async () => {
    await apply(namespaceObject(fleet.name), fleet.manifest());
    const message = await fleet.condition("PoolExhausted", "True", { seconds: 20 });
    assert.match(message, /pool e2e-no-pool does not exist: create the AddressPool/);
    await fleet.event("NoFreshAddress", /does not exist/);
    await apply(fleet.pool());
    await fleet.ready();
    await fleet.condition("PoolExhausted", "False");
  });
});

describe("what only the operator can see", () => {
  const fleet = new TestFleet({
    name: "e2e-conditions",
    addresses: ["203.0.113.48/31"],
    slots: 1,
    pool: { reserve: 0 },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("a pool with no free address says what to do, and the slot stays where it is", async () => {
    const before = await fleet.published();
    await fleet.rotate("first");
    await fleet.handled("first");
    await fleet.rotate("second");
    const message = await fleet.condition("PoolExhausted", "True", { seconds: 30 });
    assert.match(
      message,
      /slot 0 should move and can't: pool e2e-conditions has no free address \(0 of 2 in quarantine, 2 in use\)\. Add addresses to a pool/,
    );
    await fleet.condition("Ready", "True", { seconds: 5 });
    const spec = { addresses: ["203.0.113.48/30"] };
    await kubectl("patch", "wapool", fleet.name, "--type=merge", "-p", JSON.stringify({ spec }));
    await fleet.handled("second");
    assert.notEqual((await fleet.published()).get(0)?.host, before.get(0)?.host);
  });

  test("an image that can't be pulled is told, nobody is cut off, and it heals when the cause goes", async () => {
    await fleet.patch({ image: { repository: "no-such-place.invalid/proxy", tag: "1" } });
    const message = await fleet.condition("Stalled", "True", {
      seconds: 60,
      reason: "ImagePullFailed",
    });
    assert.match(message, /check spec\.image and its pull secrets/);
    await fleet.event("ImagePullFailed", /no-such-place\.invalid/);
    await fleet.condition("Ready", "True", { seconds: 5 });
    await fleet.patch({ image: null });
    await waitFor(
      "Stalled to go",
      async () => !(await fleet.read()).status.conditions?.some(({ type }) => type === "Stalled"),
      { seconds: 60 },
    );
  });

  test("a field that the CRD rejects gets a message that names the field and the remedy", async () => {
    const { code, stderr } = await tryKubectl(
      "patch",
      "wap",
      fleet.name,
      "-n",
      fleet.name,
      "--type=merge",
      "-p",
      '{"spec":{"listeners":{"media":{"port":443}}}}',
    );
    assert.notEqual(code, 0);
    assert.match(stderr, /spec\.listeners/);
  });
});

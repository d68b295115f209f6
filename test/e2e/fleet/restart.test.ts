import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { Crowd, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

describe("an operator that is killed in the middle of a rotation", () => {
  const fleet = new TestFleet({
    name: "e2e-restart",
    addresses: ["203.0.113.80/28"],
    spec: { rotation: { drain: { scheduled: "5s" } } },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => {
    await kubectl(
      "rollout",
      "status",
      "deployment/proxyfleet",
      "-n",
      "proxyfleet-system",
      "--timeout=60s",
    );
    await fleet.remove();
  });

  test("goes on after its restart: every slot moves once, and nobody notices", async (t) => {
    const { certificateSHA256 } = await whatsapp();
    const before = await fleet.published();
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
    await fleet.rotate("across-a-crash");
    await waitFor("a claim for the rotation", async () =>
      (await fleet.ledger()).some(({ spec }) => spec.requestedAt === "across-a-crash"),
    );
    await kubectl(
      "delete",
      "pod",
      "-n",
      "proxyfleet-system",
      "-l",
      "app.kubernetes.io/name=proxyfleet",
      "--grace-period=0",
      "--force",
    );
    await fleet.handled("across-a-crash");
    const now = await fleet.published();
    for (const [slot, address] of now) assert.notEqual(address.host, before.get(slot)?.host);
    const claims = (await fleet.ledger()).filter(
      ({ spec }) => spec.requestedAt === "across-a-crash",
    );
    assert.deepEqual(
      claims.map(({ spec }) => spec.claimRef.slot).toSorted((a, b) => a - b),
      [0, 1],
    );
    const summary = await crowd.goHome();
    t.diagnostic(`${summary.connections} connections, ${summary.failures} failures`);
    assert.deepEqual(crowd.failures, []);
  });
});

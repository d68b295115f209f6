import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { TestFleet } from "../stage/fleet.ts";
import { read } from "../stage/kubectl.ts";
import { OutsideOperator } from "../stage/operator.ts";
import { Crowd, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

/** Moments of a rotation, each after another write, by what the ledger shows. */
const moments: Record<
  string,
  (claim: ProxyAddress | undefined, old: ProxyAddress | undefined) => boolean
> = {
  "its address is claimed": (claim) => claim !== undefined,
  "its lane has a certificate": (claim) => claim?.status.certificateSHA256 !== undefined,
  "its address is being verified": (claim) =>
    claim?.status.phase === "Verifying" || claim?.status.phase === "Serving",
  "its address is published": (claim) => claim?.status.phase === "Serving",
  "the old address drains": (_, old) => old?.spec.want !== "Serve",
  "the old address goes dark": (_, old) => old?.spec.want === "Quarantine",
};

describe("an operator that is killed at each step of a rotation", () => {
  const fleet = new TestFleet({
    name: "e2e-crashes",
    addresses: ["203.0.113.112/28"],
    slots: 1,
    spec: { rotation: { drain: { scheduled: "2s" } } },
  });
  let operator: OutsideOperator;
  before(async () => {
    await whatsapp();
    operator = await OutsideOperator.takeOver();
    operator.start();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => {
    await fleet.remove();
    await operator.handBack();
  });

  test("finishes it after its restart: one claim, no Service left behind, and nobody notices", async (t) => {
    const { certificateSHA256 } = await whatsapp();
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);
    for (const [moment, hasCome] of Object.entries(moments)) {
      const [before] = (await fleet.published()).values();
      const claims = async () =>
        (await fleet.ledger()).filter(({ spec }) => spec.requestedAt === moment);
      await fleet.rotate(moment);
      await waitFor(`the moment that ${moment}`, async () =>
        hasCome((await claims())[0], await fleet.entryOf(before!.host)),
      );
      await operator.end("SIGKILL");
      operator.start();
      await fleet.handled(moment);
      await fleet.phase(before!.host, "Quarantined");
      assert.equal((await claims()).length, 1, moment);
    }
    const services = await read<{ items: object[] }>("service", "-n", fleet.name);
    assert.equal(services.items.length, 1);
    const summary = await crowd.goHome();
    t.diagnostic(
      `${Object.keys(moments).length} crashes, ${summary.connections} connections, ${summary.failures} failures`,
    );
    assert.deepEqual(crowd.failures, []);
  });
});

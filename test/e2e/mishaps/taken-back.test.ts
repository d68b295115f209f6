import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { chat, Crowd, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { countFailures } from "./cut-off.ts";

/** What MetalLB's own pool has from now on. */
async function setBalancersPool(...addresses: readonly string[]): Promise<void> {
  const place = ["ipaddresspool", "proxyfleet", "-n", "metallb-system"];
  await kubectl("patch", ...place, "--type=merge", "-p", JSON.stringify({ spec: { addresses } }));
}

/** All of the cluster's addresses but one. */
function without(address: string): readonly string[] {
  const last = Number(address.split(".")[3]);
  const at = (number: number) => `203.0.113.${number}`;
  return [`${at(0)}-${at(last - 1)}`, `${at(last + 1)}-${at(255)}`];
}

describe("a published address that MetalLB takes back, since its pool was shrunk", () => {
  const fleet = new TestFleet({ name: "e2e-taken-back", addresses: ["203.0.113.48/29"] });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => {
    await setBalancersPool("203.0.113.0/24");
    await fleet.remove();
  });

  test("leaves its group in the dark for minutes and not for ever, and no other group", async (t) => {
    const { certificateSHA256 } = await whatsapp();
    const first = await fleet.published();
    const [lost, other] = [first.get(0)!, first.get(1)!];
    const crowd = new Crowd(async () => (await fleet.published()).values(), certificateSHA256);

    await t.test("the fleet says at once which group is cut off", async () => {
      await setBalancersPool(...without(lost.host));
      const words = await fleet.condition("Reachable", "False", { seconds: 60 });
      assert.match(words, new RegExp(`slot 0: .*${lost.host.replaceAll(".", "\\.")}`));
      assert.equal((await fleet.read()).status.reachable, "1/2");
    });

    await t.test("the group moves to a free address", async () => {
      const fresh = await waitFor(
        "slot 0 to move",
        async () => {
          const now = (await fleet.published()).get(0);
          return now !== undefined && now.host !== lost.host ? now : undefined;
        },
        { seconds: 240 },
      );
      await chat(fresh);
      await media(fresh);
      assert.equal((await fleet.published()).get(1)?.host, other.host);
      const entry = await waitFor("the lost address to be given up", async () => {
        const { spec } = (await fleet.entryOf(lost.host))!;
        return spec.want === "Serve" ? undefined : spec;
      });
      assert.equal(entry.retiredBecause, "Lost");
      await waitFor(
        "nobody to be cut off",
        async () => (await fleet.read()).status.reachable === "2/2",
      );
    });

    const failures = await countFailures(t, crowd);
    assert.deepEqual(
      failures.filter(({ host }) => host !== lost.host),
      [],
    );
  });
});

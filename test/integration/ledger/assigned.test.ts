import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { apply } from "../operator/operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleet, ledgerEntry, pool } from "../samples.ts";
import { Stage } from "./stage.ts";

const resting = (n: number) => {
  const until = "2999-01-01T00:00:00Z";
  const spec = {
    address: `198.51.100.${n}`,
    pool: "cloud",
    want: "Quarantine",
    quarantineUntil: until,
    retiredBecause: "Blocked",
  };
  return ledgerEntry(
    { ...spec, claimRef: { namespace: "elsewhere", name: "others", uid: "u9", slot: 0 } },
    `ip-198-51-100-${n}`,
  );
};

describe("a provider that can't be asked", () => {
  let stage: Stage;
  /** What it gives next; each Service gets the first that no living Service has. */
  let gives: string[] = [];
  before(async () => {
    const given = new Map<string, string>();
    stage = await Stage.set(({ metadata }) => {
      const uid = metadata.uid ?? "";
      const ip = given.get(uid) ?? gives.shift();
      if (ip !== undefined) given.set(uid, ip);
      return ip;
    });
    await apply(
      stage.server,
      pool({ provider: "Assigned", addresses: [] }, "cloud"),
      ...[1, 2, 3, 4, 5, 6].map(resting),
    );
  });
  after(async () => stage?.strike());

  const cloudFleet = (name: string) =>
    fleet({ addresses: { count: 1, pools: [{ name: "cloud" }] } }, name);
  const entriesOf = async (name: string) =>
    (await stage.ledger()).filter(({ spec }) => spec.claimRef.name === name);
  const isRepeat = (entry: Awaited<ReturnType<typeof entriesOf>>[number]) =>
    entry.status?.conditions?.some(({ reason }) => reason === "Repeat") === true;

  test("gives an address that was used before: it is held without pods, and another is taken", async () => {
    gives = ["198.51.100.1", "198.51.100.77"];
    await apply(stage.server, cloudFleet("family"));
    const fresh = await stage.inTheMaking("family");
    assert.equal(fresh.spec.address, "198.51.100.77");
    const [repeat] = (await entriesOf("family")).filter(isRepeat);
    assert.ok(repeat !== undefined);
    assert.equal(
      repeat.spec.address,
      undefined,
      "the ledger holds the address once: in the entry that rests",
    );
    assert.equal(repeat.status.address, "198.51.100.1");
    const held = await waitFor("a Service that leads nowhere", async () =>
      (await stage.servicesOf(repeat.metadata.name)).find(
        ({ spec }) => spec.selector?.["proxyfleet.dev/held"] === "true",
      ),
    );
    assert.equal(held.status?.loadBalancer?.ingress?.[0]?.ip, "198.51.100.1");
    const lanes = (await entriesOf("family")).map(({ spec }) => spec.lane);
    assert.deepEqual(lanes, [0, 0], "a repeat keeps no lane");
  });

  test("that gives nothing but what was used before gets it back in the end", async (t) => {
    await t.test("it is not asked for ever; the fleet says so, and names no other", async () => {
      gives = [
        "198.51.100.2",
        "198.51.100.3",
        "198.51.100.4",
        "198.51.100.5",
        "198.51.100.6",
        "198.51.100.1",
      ];
      await apply(stage.server, cloudFleet("unlucky"));
      const exhausted = await waitFor("PoolExhausted", async () =>
        (await stage.fleet("unlucky")).status?.conditions?.find(
          ({ type, reason }) => type === "PoolExhausted" && reason === "NoFreshAddress",
        ),
      );
      assert.equal(exhausted.status, "True");
      assert.match(exhausted.message, /used before/);
      assert.equal((await entriesOf("unlucky")).filter(isRepeat).length, 5);
      assert.deepEqual(gives, ["198.51.100.1"]);
      const told = JSON.stringify((await stage.fleet("unlucky")).status);
      for (const secret of ["198.51.100.", "elsewhere", "others"])
        assert.ok(!told.includes(secret), told);
    });

    await t.test(
      "it gets them back when the fleet goes, and the ledger keeps what it remembered",
      async () => {
        await stage.server.call(
          "DELETE",
          "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies/unlucky",
        );
        await waitFor(
          "the repeats to be given back",
          async () => (await entriesOf("unlucky")).length === 0 || undefined,
        );
        const services = await stage.balancer.services();
        assert.ok(
          !services.some(({ metadata }) => metadata.labels?.["proxyfleet.dev/fleet"] === "unlucky"),
        );
        for (const n of [1, 2, 3, 4, 5, 6])
          assert.equal((await stage.entry(`ip-198-51-100-${n}`))?.spec.want, "Quarantine");
      },
    );
  });
});

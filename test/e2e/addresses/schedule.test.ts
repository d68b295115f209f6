import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const always = { cron: "* * * * *", duration: "5m" };
const never = { cron: "0 0 31 2 *", duration: "4h" };
const soon = {
  maxAge: "15s",
  minAge: "0s",
  jitterPercent: 30,
  maxPerHourPercent: 50,
  drain: { scheduled: "5s", blocked: "5s" },
};

describe("moves by schedule", () => {
  const fleet = new TestFleet({
    name: "e2e-schedule",
    addresses: ["203.0.113.64/28"],
    spec: { rotation: { ...soon, windows: [never] } },
  });
  before(async () => {
    await whatsapp();
    await fleet.create();
    await fleet.ready();
  });
  after(async () => fleet.remove());

  test("wait for a window and for the hourly budget, as the plan says", async (t) => {
    await t.test(
      "a window that never opens is told at once, with its remedy, and nothing moves",
      async () => {
        const message = await fleet.condition("Stalled", "True", {
          seconds: 10,
          reason: "WindowNeverOpens",
        });
        assert.match(
          message,
          /spec\.rotation\.windows\[0\]\.cron "0 0 31 2 \*" never comes: there is no 31 February/,
        );
        await fleet.condition("Ready", "True", { seconds: 5 });
        assert.ok((await fleet.ledger()).every(({ spec }) => spec.cause === "NewSlot"));
      },
    );

    await t.test("an old address moves once a window is open, and people follow", async () => {
      const old = await fleet.published();
      await fleet.patch({ rotation: { windows: [always] } });
      const moved = await waitFor("a slot to move by age", async () =>
        (await fleet.ledger()).find(
          ({ spec, status }) => spec.cause === "Age" && status.phase === "Serving",
        ),
      );
      const fresh = (await fleet.published()).get(moved.spec.claimRef.slot);
      assert.notEqual(fresh?.host, old.get(moved.spec.claimRef.slot)?.host);
      await chat(fresh!);
      assert.ok(!(await fleet.read()).status.conditions?.some(({ type }) => type === "Stalled"));
    });

    await t.test(
      "the other slot waits for its hour, and the status says when and why",
      async () => {
        const next = await waitFor("nextRotation", async () => {
          const { nextRotation } = (await fleet.read()).status;
          return nextRotation?.reason === "by age, when maxPerHourPercent lets it"
            ? nextRotation
            : undefined;
        });
        const moves = (await fleet.ledger()).filter(({ spec }) => spec.cause === "Age");
        assert.equal(moves.length, 1);
        const claimedAt = Date.parse(moves[0]?.metadata.creationTimestamp ?? "");
        assert.equal(Date.parse(next.at), claimedAt + 3_600_000);
        // By now the fresh address is old enough too, so either slot may be named as the next. What
        // counts: the other one still stays.
        const first = (await fleet.ledger()).filter(
          ({ spec, status }) => spec.cause === "NewSlot" && status.phase === "Serving",
        );
        assert.deepEqual(
          first.map(({ spec }) => spec.claimRef.slot),
          [1 - (moves[0]?.spec.claimRef.slot ?? 0)],
        );
      },
    );

    await t.test("proxyfleet plan says the same in plain words, and writes nothing", async () => {
      const before = (await fleet.ledger()).map(({ metadata }) => metadata.resourceVersion);
      const text = await succeed([
        process.execPath,
        "src/main.ts",
        "plan",
        `${fleet.name}/${fleet.name}`,
      ]);
      assert.match(
        text,
        /slot \d {2}203\.0\.113\.\d+ +203\.0\.113\.\d+ has served since .*; it waits until .* since spec\.rotation\.maxPerHourPercent is 50/,
      );
      assert.match(text, /next: slot \d after .* UTC: by age, when maxPerHourPercent lets it/);
      const json = JSON.parse(
        await succeed([
          process.execPath,
          "src/main.ts",
          "plan",
          `${fleet.name}/${fleet.name}`,
          "--output=json",
        ]),
      ) as {
        slots: object[];
      };
      assert.equal(json.slots.length, 2);
      assert.deepEqual(
        (await fleet.ledger()).map(({ metadata }) => metadata.resourceVersion),
        before,
      );
    });
  });
});

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { TestFleet } from "../stage/fleet.ts";
import { kubectl } from "../stage/kubectl.ts";
import { OutsideOperator } from "../stage/operator.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { moved, movedByReports, reportBlocked } from "../stage/report.ts";
import { Toll } from "../stage/toll.ts";

const fortyDays = 40 * 86_400_000;
const aDay = 86_400_000;

describe("an operator whose clock is 40 days ahead for a while", () => {
  const rotation = { maxAge: "24h", minAge: "0s", drain: { scheduled: "10s", blocked: "10s" } };
  const fleet = new TestFleet({
    name: "e2e-clock",
    addresses: ["203.0.113.96/28"],
    slots: 4,
    spec: { ...movedByReports, rotation },
  });
  let operator: OutsideOperator;
  before(async () => {
    await whatsapp();
    operator = await OutsideOperator.takeOver();
    operator.start({ preload: join(import.meta.dirname, "ahead-of-time.ts") });
    await fleet.create();
    await fleet.ready();
  });
  after(async () => {
    await fleet.remove();
    await operator.handBack();
  });

  /** What the ledger remembers of addresses that no longer serve. */
  const remembered = async () =>
    new Map(
      (await fleet.ledger())
        .filter(({ spec }) => spec.want !== "Serve")
        .map(({ metadata, spec }) => [metadata.name, [metadata.uid, spec.quarantineUntil]]),
    );

  /** Has every address at rest looked at again, and the fleet after them. */
  async function lookAgain(text: string): Promise<void> {
    const all = ["wapa", "-l", `proxyfleet.dev/fleet=${fleet.name}`];
    await kubectl("annotate", ...all, `example.com/looked-at=${text}`, "--overwrite");
    await fleet.rotate(`9@${text}`);
    await fleet.handled(`9@${text}`, 30);
  }

  test("forgets no address, moves nobody by age, ends no drain, and still answers a block", async (t) => {
    const burnt = (await fleet.published()).get(1)!.host;
    await reportBlocked(fleet, burnt);
    await moved(fleet, 1, { from: burnt });
    await fleet.phase(burnt, "Quarantined");
    const retired = (await fleet.published()).get(0)!.host;
    await fleet.rotate("0@before");
    await fleet.handled("0@before");
    await fleet.phase(retired, "Quarantined");
    await fleet.patch({ rotation: { drain: { scheduled: "1h" } } });
    const draining = (await fleet.published()).get(2)!;
    await fleet.rotate("2@before");
    await fleet.handled("2@before");
    await fleet.phase(draining.host, "Draining");

    const toll = await Toll.of(t, fleet, draining);
    const [memory, published] = [await remembered(), await fleet.published()];
    assert.equal(memory.size, 3);
    operator.setClock(fortyDays);
    await fleet.condition("ClocksAgree", "False", { seconds: 60, reason: "ClocksDiffer" });
    await lookAgain("in-the-wrong-time");
    await reportBlocked(fleet, published.get(3)!.host);
    const fresh = await moved(fleet, 3, { from: published.get(3)!.host });
    await chat(fresh);
    await lookAgain("in-the-wrong-time-again");
    assert.deepEqual(await remembersStill(memory), []);

    operator.setClock(0);
    await lookAgain("in-the-right-time");
    assert.deepEqual(await remembersStill(memory), []);
    const now = await fleet.published();
    for (const slot of [0, 1, 2]) assert.deepEqual(now.get(slot), published.get(slot));
    assert.equal((await fleet.entryOf(draining.host))?.status.phase, "Draining");
    await datesAreOfNow();
    await toll.everybodyIsAnswered();
    await toll.count(t);
  });

  /** The names of those that it no longer remembers as it did. */
  async function remembersStill(before: Awaited<ReturnType<typeof remembered>>) {
    const now = await remembered();
    return [...before.keys()].filter(
      (name) => JSON.stringify(now.get(name)) !== JSON.stringify(before.get(name)),
    );
  }

  /** Nothing waits for a time that only the wrong clock could have set. */
  async function datesAreOfNow(): Promise<void> {
    for (const { metadata, spec, status } of await fleet.ledger()) {
      const { creationTimestamp } = metadata;
      for (const date of [creationTimestamp, spec.drainUntil, status.phaseSince])
        assert.ok(
          Date.parse(date ?? creationTimestamp ?? "") < Date.now() + aDay,
          `${metadata.name} has the date ${date}`,
        );
    }
  }
});

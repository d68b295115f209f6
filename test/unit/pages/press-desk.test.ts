import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { PressDesk } from "../../../src/pages/io/press-desk.ts";
import { pressWindow } from "../../../src/pages/press-windows.ts";
import { parseHandOver } from "../../../src/pages/presses.ts";
import type { ServedPage } from "../../../src/pages/served-page.ts";
import type { Endpoint } from "../../../src/probe/endpoint.ts";
import type { ReportEvidence } from "../../../src/reachability/evidence.ts";
import { instant } from "../../../src/values/time.ts";
import { pageOf } from "../../objects/served-page.ts";

/** One replica with one page; where it is not the leader, another takes what it hands over. */
class Replica {
  page: ServedPage | undefined = pageOf();
  leads = true;
  leader: Endpoint | undefined = { host: "10.0.0.7", port: 8082 };
  answers = true;
  nowMs = 0;
  countries: readonly string[] = ["IR"];
  readonly evidence: ReportEvidence[] = [];
  readonly sent: string[] = [];
  readonly desk = new PressDesk({
    pages: { get: (id) => (id === this.page?.id ? this.page : undefined) },
    countriesOf: () => this.countries,
    isLeading: () => this.leads,
    leader: () => this.leader,
    handOver: async (body) => {
      if (!this.answers) throw new Error("no answer");
      this.sent.push(body);
    },
    take: (found) => void this.evidence.push(...found),
    now: () => instant(1_000_000 + this.nowMs),
    clock: () => this.nowMs,
  });

  press(times = 1): void {
    for (let time = 0; time < times; time++) this.desk.press(pageOf());
  }

  get messages(): readonly string[] {
    return this.evidence.map(({ message }) => message);
  }
}

let replica: Replica;
beforeEach(() => {
  replica = new Replica();
});

describe("on the replica that leads, a button", () => {
  test("becomes evidence about the address that the page shows", async () => {
    replica.countries = ["IR", "AF"];
    replica.press();
    await replica.desk.passOn();
    assert.deepEqual(
      replica.evidence.map(({ by, address, country }) => [by, address, country]),
      [
        ["Page", "203.0.113.9", "IR"],
        ["Page", "203.0.113.9", "AF"],
      ],
    );
  });

  test("is reported once a window, however often it is pressed", async () => {
    for (let second = 0; second < 600; second++) {
      replica.nowMs = second * 1000;
      replica.press(1000);
      await replica.desk.passOn();
    }
    assert.deepEqual(replica.messages, ["the button was pressed 1000 times"]);
    replica.nowMs = pressWindow;
    await replica.desk.passOn();
    assert.equal(replica.messages.length, 2);
    assert.match(replica.messages[1] ?? "", /^the button was pressed 599000 times in 10 min$/);
  });

  test("says nothing about the address that came after the press", async () => {
    replica.press();
    await replica.desk.passOn();
    replica.press(5);
    await replica.desk.passOn();
    const { share } = pageOf();
    const published = { ...share.published!, host: "203.0.113.44", since: instant(5) };
    replica.page = { ...pageOf(), share: { ...share, published }, reported: published.host };
    replica.nowMs = pressWindow;
    await replica.desk.passOn();
    assert.deepEqual(replica.messages, ["the button was pressed once"]);
  });

  test("says nothing where the page is gone, or its fleet hears nobody any more", async () => {
    replica.press();
    replica.page = { ...pageOf(), reported: undefined };
    await replica.desk.passOn();
    replica.press();
    replica.page = undefined;
    await replica.desk.passOn();
    assert.deepEqual(replica.evidence, []);
  });

  test("counts what other replicas hand over, for pages that there are", async () => {
    const { id, share } = pageOf();
    const shown = share.published!.since;
    assert.ok(replica.desk.take([{ page: id, shown, count: 4 }]));
    assert.ok(replica.desk.take([{ page: "cd".repeat(32), shown, count: 4 }]));
    assert.ok(replica.desk.take([{ page: id, shown: instant(1), count: 4 }]));
    replica.press();
    await replica.desk.passOn();
    assert.deepEqual(replica.messages, ["the button was pressed 5 times"]);
  });
});

describe("on a replica that does not lead, a button", () => {
  beforeEach(() => {
    replica.leads = false;
  });

  test("is handed over as a number, and nothing is reported here", async () => {
    replica.press(3);
    await replica.desk.passOn();
    await replica.desk.passOn();
    const { id: page, share } = pageOf();
    const expected = [{ page, shown: share.published!.since, count: 3 }];
    assert.deepEqual(replica.sent.map(parseHandOver), [expected]);
    assert.deepEqual(replica.evidence, []);
  });

  test("is not lost while nobody leads, or the leader does not answer", async () => {
    replica.press();
    replica.leader = undefined;
    await replica.desk.passOn();
    replica.press();
    replica.leader = { host: "10.0.0.7", port: 8082 };
    replica.answers = false;
    await assert.rejects(replica.desk.passOn());
    replica.answers = true;
    await replica.desk.passOn();
    assert.equal(parseHandOver(replica.sent[0] ?? "")?.[0]?.count, 2);
  });

  test("is forgotten where its page is gone meanwhile", async () => {
    replica.press();
    replica.leader = undefined;
    replica.page = undefined;
    await replica.desk.passOn();
    replica.leader = { host: "10.0.0.7", port: 8082 };
    replica.page = pageOf();
    await replica.desk.passOn();
    assert.deepEqual(replica.sent, []);
  });

  test("takes nothing from others: nothing goes round in circles", () => {
    const { id: page, share } = pageOf();
    assert.equal(replica.desk.take([{ page, shown: share.published!.since, count: 1 }]), false);
  });
});

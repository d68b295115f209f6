import assert from "node:assert/strict";
import { test } from "node:test";
import { historyOf } from "../../../src/overview/history.ts";
import { ago, ahead, event, healthy, resting, serving } from "./build.ts";

const family = { kind: "WhatsAppProxy", name: "family" };
const said = (what: string, note: string, hoursAgo: number) =>
  event(family, { reason: what, note, eventTime: ago(hoursAgo) });

test("a slot's history is told from the ledger and Events, the oldest first", () => {
  const observed = healthy({
    addresses: [
      serving({ spec: { cause: "Blocked" } }),
      resting("203.0.113.30", ahead(100), { retiredBecause: "Blocked" }),
      serving({ address: "203.0.113.40", slot: 1 }),
    ],
    events: [
      said("Published", "slot 0: people now use 203.0.113.9", 18),
      event(
        { kind: "ProxyAddress", name: "ip-203-0-113-9" },
        { reason: "Suspected", eventTime: ago(2) },
      ),
      event({ kind: "ProxyAddress", name: "ip-203-0-113-40" }, { reason: "Suspected" }),
      event({ ...family, namespace: "elsewhere" }, { note: "slot 0: not ours" }),
    ],
  });
  const items = historyOf({ namespace: "proxies", name: "family", slot: 0 }, observed);
  assert.deepEqual(
    items.map(({ source, what }) => `${source} ${what}`),
    [
      "Ledger Claimed",
      "Ledger WentDark",
      "Ledger Claimed",
      "Ledger Published",
      "Event Published",
      "Event Suspected",
    ],
  );
  assert.match(
    items[1]?.text ?? "",
    /203\.0\.113\.30 rests until 2026-12-03 16:00 UTC \(Blocked\)/,
  );
  assert.match(items[2]?.text ?? "", /from pool pool-a, since the one before was blocked$/);
});

test("a slot's history has none of a slot whose number begins alike", () => {
  const events = [said("Published", "slot 1: ours", 2), said("Published", "slot 10: theirs", 1)];
  const observed = healthy({ addresses: [], events });
  const items = historyOf({ namespace: "proxies", name: "family", slot: 1 }, observed);
  assert.deepEqual(
    items.map(({ text }) => text),
    ["slot 1: ours"],
  );
});

test("a fleet's history is that of all its slots", () => {
  const addresses = [serving(), serving({ address: "203.0.113.40", slot: 1 })];
  const items = historyOf(
    { namespace: "proxies", name: "family", slot: undefined },
    healthy({ addresses }),
  );
  assert.equal(items.length, 4);
});

test("an Event that came again counts when it came last", () => {
  const again = { ...said("Blocked", "slot 0: again", 9), series: { lastObservedTime: ago(1) } };
  const older = { ...said("Blocked", "slot 0: older", 9), deprecatedLastTimestamp: ago(3) };
  const items = historyOf(
    { namespace: "proxies", name: "family", slot: 0 },
    healthy({ addresses: [], events: [again, older] }),
  );
  assert.deepEqual(
    items.map(({ text }) => text),
    ["slot 0: older", "slot 0: again"],
  );
});

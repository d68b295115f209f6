import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type FleetEntries, slotNews } from "../../../src/news/slot-news.ts";
import { type Instant, formatInstant, hours, minutes, plus } from "../../../src/values/time.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { noon, publishedEntry, secretPath, secrets } from "./build.ts";

const fleet = parsedFleet({ spec: { audience: { countries: ["IR"] } } });
const look = (given: Partial<FleetEntries>) => slotNews({ fleet, entries: [], secrets, ...given });
const blocked = (country: string, since: Instant) => ({
  reachability: [{ country, verdict: "Blocked", since: formatInstant(since) }],
});
const kinds = (given: Partial<FleetEntries>) => look(given).map(({ kind }) => kind);
const earlier = plus(noon, minutes(-20));

describe("news of a slot", () => {
  const moved = { want: "Drain", drainUntil: formatInstant(plus(noon, hours(1))) };
  const cases: Record<string, { given: Partial<FleetEntries>; expect: readonly string[] }> = {
    "are none without an address": { given: {}, expect: [] },
    "are none while the address is being prepared": {
      given: { entries: [publishedEntry(noon, { status: { phase: "Verifying" } })] },
      expect: [],
    },
    "are that it has a published address": {
      given: { entries: [publishedEntry(noon)] },
      expect: ["Published"],
    },
    "are one, though two addresses serve for a moment": {
      given: { entries: [publishedEntry(earlier), publishedEntry(noon, { spec: { ordinal: 2 } })] },
      expect: ["Published"],
    },
    "are that the published address is blocked for the audience": {
      given: { entries: [publishedEntry(earlier, { status: blocked("IR", noon) })] },
      expect: ["Published", "Blocked"],
    },
    "are no block in a country of nobody's": {
      given: { entries: [publishedEntry(earlier, { status: blocked("RU", noon) })] },
      expect: ["Published"],
    },
    "are a block anywhere where the fleet is for everybody": {
      given: {
        fleet: parsedFleet(),
        entries: [publishedEntry(earlier, { status: blocked("RU", noon) })],
      },
      expect: ["Published", "Blocked"],
    },
    "are the block also when the slot has moved already": {
      given: {
        entries: [
          publishedEntry(earlier, {
            spec: { ...moved, retiredBecause: "Blocked" },
            status: { ...blocked("IR", noon), phase: "Draining" },
          }),
        ],
      },
      expect: ["Blocked"],
    },
    "are no block of an address that nobody uses any more": {
      given: {
        entries: [
          publishedEntry(earlier, {
            spec: { ...moved, retiredBecause: "Age" },
            status: { ...blocked("IR", noon), phase: "Draining" },
          }),
        ],
      },
      expect: [],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(kinds(given), expect));

  test("say when it happened, and are announced for an hour", () => {
    const [published] = look({ entries: [publishedEntry(noon)] });
    assert.deepEqual(
      [published?.subject, published?.at, published?.announcedUntil],
      ["proxies/family/0", noon, plus(noon, hours(1))],
    );
  });

  test("of a block are announced for longer, by as much as its first failure may lie back", () => {
    const entries = [publishedEntry(earlier, { status: blocked("IR", noon) })];
    assert.equal(look({ entries })[1]?.announcedUntil, plus(noon, minutes(90)));
  });

  const entries = [publishedEntry(noon)];
  const linkWith = (given: Partial<FleetEntries>) => look({ entries, ...given })[0]?.link;

  test("have the link, and what is in it, once the key is known", () => {
    assert.equal(linkWith({ secrets: undefined }), undefined);
    const { link, ...others } = linkWith({}) ?? {};
    assert.deepEqual(others, {
      host: "203.0.113.9",
      chatPort: 443,
      mediaPort: 587,
      pagePath: secretPath,
    });
    assert.match(link ?? "", /^https:\/\/wa\.me\/proxy\?host=203\.0\.113\.9&/);
  });

  test("have the link without a path where the fleet's slots have no pages", () => {
    const link = linkWith({ fleet: parsedFleet({ spec: { share: { page: false } } }) });
    assert.equal(link?.host, "203.0.113.9");
    assert.ok(link !== undefined && !("pagePath" in link));
  });

  test("have the path that a page was renewed with, and the name where links carry names", () => {
    const renewals = new Map([["proxies.family.0", "1 x"]]);
    const path = linkWith({ secrets: { ...secrets, renewals } })?.pagePath;
    assert.match(path ?? "", /^[a-z2-7]{26}$/);
    assert.notEqual(path, secretPath);
    const named = { dns: { hostname: "{token}.example.org" }, share: { host: "Hostname" } };
    const link = linkWith({ fleet: parsedFleet({ spec: named }) });
    assert.match(link?.host ?? "", /^[a-z2-7]{26}\.example\.org$/);
  });
});

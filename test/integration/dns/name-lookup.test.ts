import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { nameLookup } from "../../../src/dns/io/name-lookup.ts";
import type { ServerAnswer } from "../../../src/dns/reading.ts";
import { NameServer, type NameServerMood } from "../../stand-ins/name-server.ts";

const host = "abc.example.org";
const both = ["2001:db8::9", "203.0.113.9"];

describe("what a resolver says of a name", () => {
  const names = new NameServer();
  let server: string;
  before(async () => (server = await names.start()));
  after(() => names.stop());
  beforeEach(() => (names.questions.length = 0));

  const cases: Record<
    string,
    {
      mood?: NameServerMood;
      records?: readonly string[];
      expect: Omit<ServerAnswer, "server">;
      over?: string;
    }
  > = {
    "is the addresses of both families, sorted": {
      records: both.toReversed(),
      expect: { addresses: both.toSorted() },
      over: "udp",
    },
    "is asked for over TCP where it is too long for UDP": {
      mood: { kind: "answers", truncates: true },
      records: both,
      expect: { addresses: both.toSorted() },
      over: "tcp",
    },
    "is none where the name has no address of either family": { expect: { addresses: [] } },
    "is none where there is no such name": {
      mood: { kind: "fails", rcode: 3 },
      records: both,
      expect: { addresses: [] },
    },
    "is that it fails": {
      mood: { kind: "fails", rcode: 2 },
      records: both,
      expect: { addresses: [], problem: "fails (SERVFAIL)" },
    },
    "is that it refuses": {
      mood: { kind: "fails", rcode: 5 },
      records: both,
      expect: { addresses: [], problem: "refuses to answer (REFUSED)" },
    },
    "is that it is silent": {
      mood: { kind: "silent" },
      records: both,
      expect: { addresses: [], problem: "does not answer" },
    },
  };
  for (const [name, { mood, records = [], expect, over }] of Object.entries(cases))
    test(name, async () => {
      names.mood = mood ?? { kind: "answers" };
      names.records.set(host, records);
      assert.deepEqual(await nameLookup([server])(host), [{ server, ...expect }]);
      if (over !== undefined) assert.equal(names.questions.at(-1)?.over, over);
    });

  test("is asked for each time: nothing is kept", async () => {
    names.mood = { kind: "answers" };
    const lookUp = nameLookup([server]);
    names.records.set(host, ["203.0.113.9"]);
    await lookUp(host);
    names.records.set(host, ["203.0.113.7"]);
    assert.deepEqual(await lookUp(host), [{ server, addresses: ["203.0.113.7"] }]);
  });
});

test("each resolver is asked by itself, and one that lies or is silent hides no other one", async () => {
  const all = [new NameServer(), new NameServer(), new NameServer()] as const;
  const [honest, liar, silent] = all;
  const servers = await Promise.all(all.map(async (one) => one.start()));
  try {
    honest.records.set(host, ["203.0.113.9"]);
    liar.records.set(host, ["10.10.34.35"]);
    silent.mood = { kind: "silent" };
    assert.deepEqual(await nameLookup(servers)(host), [
      { server: servers[0], addresses: ["203.0.113.9"] },
      { server: servers[1], addresses: ["10.10.34.35"] },
      { server: servers[2], addresses: [], problem: "does not answer" },
    ]);
  } finally {
    for (const one of all) one.stop();
  }
});

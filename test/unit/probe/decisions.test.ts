import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endpointsInOrder } from "../../../src/probe/endpoints.ts";
import { type SocketTrouble, troubleOf } from "../../../src/probe/failure.ts";
import { parseAssignment, parseBatch } from "../../../src/probe/protocol.ts";
import { isPublicAddress } from "../../../src/probe/public-address.ts";
import {
  afterRefusal,
  betweenRounds,
  mostRefusals,
  pauseBetween,
  varied,
} from "../../../src/probe/waits.ts";
import { millis, minutes, seconds } from "../../../src/values/time.ts";

describe("an error of a socket", () => {
  const cases: Record<string, SocketTrouble> = {
    ECONNREFUSED: { kind: "Refused" },
    ECONNRESET: { kind: "Reset" },
    EPIPE: { kind: "Reset" },
    ETIMEDOUT: { kind: "TimedOut" },
    EHOSTUNREACH: { kind: "NoAnswer" },
    EPROTO: { kind: "WrongCertificate" },
    ERR_SSL_WRONG_VERSION_NUMBER: { kind: "WrongCertificate" },
    ENETUNREACH: "Own",
    EADDRNOTAVAIL: "Own",
    EMFILE: "Own",
    EPERM: "Own",
    ENOTFOUND: "Own",
  };
  for (const [code, expected] of Object.entries(cases)) {
    const meaning = expected === "Own" ? "this machine's own trouble: no result" : expected.kind;
    test(`${code} is ${meaning}`, () => assert.deepEqual(troubleOf(code), expected));
  }
  test("one without a code is this machine's own", () => assert.equal(troubleOf(undefined), "Own"));
});

describe("how long an agent waits", () => {
  test("a wait is varied by up to a quarter both ways", () => {
    assert.equal(
      varied(millis(1000), () => 0),
      750,
    );
    assert.equal(
      varied(millis(1000), () => 0.5),
      1000,
    );
    assert.ok(varied(millis(1000), () => 0.999_999) <= 1250);
  });
  test("between two addresses it pauses up to two seconds", () => {
    assert.equal(
      pauseBetween(() => 0),
      0,
    );
    assert.ok(pauseBetween(() => 0.999) < seconds(2));
  });

  const rounds: Record<string, [Parameters<typeof betweenRounds>, number]> = {
    "as asked while the operator answers": [[seconds(30), 0], seconds(30)],
    "twice as long after a failure": [[seconds(30), 1], minutes(1)],
    "and again": [[seconds(20), 2], seconds(80)],
    "two minutes at most": [[seconds(30), 40], minutes(2)],
    "but never less than asked": [[minutes(30), 2], minutes(30)],
  };
  for (const [name, [given, expected]] of Object.entries(rounds))
    test(`between rounds: ${name}`, () => assert.equal(betweenRounds(...given), expected));

  test("a line that is unknown is asked about for half an hour, and no longer", () => {
    const waits = Array.from({ length: mostRefusals }, (_, index) => afterRefusal(index + 1));
    assert.equal(waits.at(-1), undefined);
    const total = waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
    assert.equal(total, minutes(31));
  });
});

test("the operator is looked for where it answered last, then as the line says, then as it said", () => {
  const [a, b, c] = ["a.example", "b.example", "c.example"].map((host) => ({ host, port: 443 }));
  assert.deepEqual(endpointsInOrder(b, [a!, b!], [c!, a!]), [b, a, c]);
  assert.deepEqual(endpointsInOrder(undefined, [a!], []), [a]);
});

describe("an agent tests", () => {
  const cases: Record<string, boolean> = {
    "8.8.8.8": true,
    "2606:4700::1111": true,
    "192.168.1.1": false,
    "10.0.0.1": false,
    "127.0.0.1": false,
    "169.254.169.254": false,
    "100.64.0.1": false,
    "::1": false,
    "fe80::1": false,
    "fd00::1": false,
    "::ffff:192.168.1.1": false,
    "router.local": false,
  };
  for (const [address, expected] of Object.entries(cases))
    test(`${expected ? "" : "not "}${address}`, () =>
      assert.equal(isPublicAddress(address), expected));
});

describe("what is read from the other side", () => {
  const result = {
    number: 1,
    address: "203.0.113.9",
    listener: "chat",
    ageMs: 0,
    outcome: { kind: "Worked", upTo: "certificate" },
  };
  const batch = { run: "0123456789abcdef", results: [result] };
  const withResult = (changed: object) => ({ ...batch, results: [{ ...result, ...changed }] });
  const many = (count: number) => ({
    ...batch,
    results: Array.from({ length: count }, () => result),
  });
  const cases: Record<string, { given: unknown; taken: boolean }> = {
    "a result is taken": { given: batch, taken: true },
    "128 results are taken": { given: many(128), taken: true },
    "129 are not": { given: many(129), taken: false },
    "none are not": { given: many(0), taken: false },
    "a frozen transfer is taken": {
      given: withResult({
        outcome: {
          kind: "Failed",
          at: "transfer",
          failure: { kind: "Frozen", afterBytes: 16_384 },
        },
        reachesElse: true,
      }),
      taken: true,
    },
    "a field that nobody knows is refused": { given: withResult({ clientIp: "x" }), taken: false },
    "a name in place of an address is refused": {
      given: withResult({ address: "a.example" }),
      taken: false,
    },
    "a listener that nobody has is refused": {
      given: withResult({ listener: "smtp" }),
      taken: false,
    },
    "an age below zero is refused": { given: withResult({ ageMs: -1 }), taken: false },
    "an age of two days is refused": { given: withResult({ ageMs: 172_800_000 }), taken: false },
    "half a number is refused": { given: withResult({ number: 1.5 }), taken: false },
    "a failure without its bytes is refused": {
      given: withResult({
        outcome: { kind: "Failed", at: "transfer", failure: { kind: "Frozen" } },
      }),
      taken: false,
    },
    "a run of another length is refused": { given: { ...batch, run: "0123" }, taken: false },
    "a list is refused": { given: [batch], taken: false },
    "nothing is refused": { given: null, taken: false },
  };
  for (const [name, { given, taken }] of Object.entries(cases))
    test(name, () => assert.equal(parseBatch(JSON.stringify(given)) !== undefined, taken));
  test("what is no JSON is refused", () => assert.equal(parseBatch("{"), undefined));
  test("an assignment with an address of its own that is none is refused", () =>
    assert.equal(
      parseAssignment(
        JSON.stringify({
          now: 1,
          everyMs: 30_000,
          transferEveryMs: 30_000,
          targets: [],
          elsewhere: [],
          endpoints: ["not an endpoint"],
        }),
      ),
      undefined,
    ));
});

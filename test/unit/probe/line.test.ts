import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { decodeBase32, encodeBase32 } from "../../../src/probe/base32.ts";
import { endpointText, parseEndpoint } from "../../../src/probe/endpoint.ts";
import {
  formatProbeLine,
  parseProbeLine,
  type ProbeLine,
  ProbeLineError,
} from "../../../src/probe/line.ts";
import { canonicalIp } from "../../../src/values/ip.ts";

const token = encodeBase32(Buffer.alloc(20, 7));
const key = "ab".repeat(32);
const line: ProbeLine = {
  token,
  trust: { kind: "Key", sha256: key },
  endpoints: [
    { host: "203.0.113.9", port: 8443 },
    { host: "probe.example.org", port: 443 },
    { host: "2001:db8::9", port: 443 },
  ],
};

const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((address) => canonicalIp(address) ?? ""),
  fc.domain().map((name) => name.toLowerCase()),
);
const endpoint = fc
  .record({ host, port: fc.integer({ min: 1, max: 65_535 }) }, { noNullPrototype: true })
  .filter(({ host }) => host.length <= 200);
const anyLine: fc.Arbitrary<ProbeLine> = fc.record(
  {
    token: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(encodeBase32),
    trust: fc.oneof(
      fc.constant({ kind: "PublicAuthorities" } as const),
      fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => ({ kind: "Key", sha256: Buffer.from(bytes).toString("hex") }) as const),
    ),
    endpoints: fc.array(endpoint, { minLength: 1, maxLength: 8 }),
  },
  { noNullPrototype: true },
);

describe("a probe line", () => {
  test("gives back what it was made of", () =>
    fc.assert(
      fc.property(anyLine, (given) =>
        assert.deepEqual(parseProbeLine(formatProbeLine(given)), given),
      ),
    ));

  test("is only letters, digits and one colon, for shells, messengers and QR codes", () =>
    fc.assert(
      fc.property(anyLine, (given) => assert.match(formatProbeLine(given), /^PF1:[A-Z2-7]+$/)),
    ));

  test("survives small letters, spaces and line breaks", () => {
    const pasted = formatProbeLine(line)
      .toLowerCase()
      .replaceAll(/(.{20})/g, "$1 \n");
    assert.deepEqual(parseProbeLine(` ${pasted}\t`), line);
  });

  test("with one letter changed, or cut anywhere, is refused", () =>
    fc.assert(
      fc.property(
        anyLine,
        fc.nat(),
        fc.constantFrom("A", "B", "Z", "2", "7"),
        (given, place, letter) => {
          const text = formatProbeLine(given);
          const at = 4 + (place % (text.length - 4));
          fc.pre(text[at] !== letter);
          const wrong = text.slice(0, at) + letter + text.slice(at + 1);
          assert.throws(() => parseProbeLine(wrong), ProbeLineError);
          assert.throws(() => parseProbeLine(text.slice(0, at)), ProbeLineError);
        },
      ),
    ));

  const refused: Record<string, { given: string; message: RegExp }> = {
    "something else": { given: "https://wa.me/proxy?host=…", message: /must begin with PF1:/ },
    nothing: { given: "", message: /must begin with PF1:/ },
    "the line of a later version": { given: "PF2:ABCDEF", message: /newer version: update/ },
    "half of a line": {
      given: formatProbeLine(line).slice(0, 60),
      message: /not whole, or a letter is wrong: copy all of it again/,
    },
    "no letters of ours": { given: "PF1:1108!", message: /not whole/ },
    "only the beginning": { given: "PF1:", message: /not whole/ },
  };
  for (const [name, { given, message }] of Object.entries(refused))
    test(`${name} is refused with what to do, and without the line`, () =>
      assert.throws(
        () => parseProbeLine(given),
        (error: Error) => {
          assert.ok(error instanceof ProbeLineError);
          assert.match(error.message, message);
          if (given.length > 10) assert.ok(!error.message.includes(given));
          return true;
        },
      ));

  const unmade: Record<string, { given: ProbeLine; message: RegExp }> = {
    "no address": { given: { ...line, endpoints: [] }, message: /1 to 8 addresses/ },
    "a token of another program": {
      given: { ...line, token: "hunter2" },
      message: /not one of ours/,
    },
    "a name that is too long": {
      given: { ...line, endpoints: [{ host: `${"a.".repeat(120)}org`, port: 443 }] },
      message: /at most 223 letters/,
    },
  };
  for (const [name, { given, message }] of Object.entries(unmade))
    test(`is not made of ${name}`, () =>
      assert.throws(() => formatProbeLine(given), { name: "ProbeLineError", message }));
});

describe("base32", () => {
  // RFC 4648 §10, without padding
  const vectors = {
    f: "MY",
    fo: "MZXQ",
    foo: "MZXW6",
    foob: "MZXW6YQ",
    fooba: "MZXW6YTB",
    foobar: "MZXW6YTBOI",
  };
  for (const [plain, encoded] of Object.entries(vectors))
    test(`${plain} is ${encoded}`, () => {
      assert.equal(encodeBase32(Buffer.from(plain)), encoded);
      assert.equal(decodeBase32(encoded.toLowerCase())?.toString(), plain);
    });

  for (const wrong of ["M", "MZ1", "MZXW6=", "MZ", "ß"])
    test(`"${wrong}" is none`, () => assert.equal(decodeBase32(wrong), undefined));
});

describe("an endpoint", () => {
  const cases: Record<string, string | undefined> = {
    "203.0.113.9:8443": "203.0.113.9:8443",
    "203.0.113.9": "203.0.113.9:443",
    "Probe.Example.org": "probe.example.org:443",
    "[2001:DB8:0::9]:8443": "[2001:db8::9]:8443",
    "[2001:db8::9]": "[2001:db8::9]:443",
    "2001:db8::9": "[2001:db8::9]:443",
    "203.0.113:443": undefined,
    "203.0.113.9:0": undefined,
    "203.0.113.9:65536": undefined,
    "[203.0.113.9]:443": undefined,
    "https://example.org": undefined,
    "exa mple.org": undefined,
    "example.org:": undefined,
    "": undefined,
  };
  for (const [text, expected] of Object.entries(cases))
    test(`"${text}" is ${expected ?? "none"}`, () => {
      const read = parseEndpoint(text);
      assert.equal(read && endpointText(read), expected);
    });
});

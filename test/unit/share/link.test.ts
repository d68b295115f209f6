import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  parseShareLink,
  shareLink,
  ShareLinkError,
  type ShareTarget,
} from "../../../src/share/link.ts";

const family: ShareTarget = { host: "203.0.113.9", chatPort: 443, mediaPort: 587, chatTls: true };

describe("shareLink", () => {
  const cases: Record<string, { given: ShareTarget; expect: string }> = {
    "all four parameters are written, even where they are the app's defaults": {
      given: family,
      expect: "https://wa.me/proxy?host=203.0.113.9&chatPort=443&mediaPort=587&chatTLS=true",
    },
    "other ports and a plain chat connection are written as they are": {
      given: { host: "a1b2.example.org", chatPort: 5222, mediaPort: 8587, chatTls: false },
      expect:
        "https://wa.me/proxy?host=a1b2.example.org&chatPort=5222&mediaPort=8587&chatTLS=false",
    },
    "an IPv6 address is in brackets, and escaped": {
      given: { ...family, host: "2001:db8::9" },
      expect:
        "https://wa.me/proxy?host=%5B2001%3Adb8%3A%3A9%5D&chatPort=443&mediaPort=587&chatTLS=true",
    },
    "an IPv6 address that has brackets already gets no others": {
      given: { ...family, host: "[2001:db8::9]" },
      expect:
        "https://wa.me/proxy?host=%5B2001%3Adb8%3A%3A9%5D&chatPort=443&mediaPort=587&chatTLS=true",
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(shareLink(given), expect));

  const refused: Record<string, { given: ShareTarget; message: RegExp }> = {
    "no host": {
      given: { ...family, host: "" },
      message: /host of the share link: give an IP address or a hostname/,
    },
    "a host with a port": {
      given: { ...family, host: "203.0.113.9:443" },
      message: /without port/,
    },
    "a web address": {
      given: { ...family, host: "https://example.org" },
      message: /without https/,
    },
    "a misspelt IPv4 address": {
      given: { ...family, host: "203.0.113.256" },
      message: /give an IP address/,
    },
    "a host with a parameter in it": {
      given: { ...family, host: "a.example&chatPort=1" },
      message: /give an IP address/,
    },
    "port 0": {
      given: { ...family, chatPort: 0 },
      message: /chatPort of the share link is 0: give a whole number from 1 to 65535/,
    },
    "port 65536": {
      given: { ...family, mediaPort: 65_536 },
      message: /mediaPort of the share link is 65536/,
    },
    "half a port": {
      given: { ...family, mediaPort: 1.5 },
      message: /mediaPort of the share link is 1.5/,
    },
  };
  for (const [name, { given, message }] of Object.entries(refused))
    test(`${name} is refused`, () =>
      assert.throws(() => shareLink(given), { name: "ShareLinkError", message }));
});

describe("parseShareLink", () => {
  const cases: Record<string, { given: string; expect: Partial<ShareTarget> }> = {
    "missing ports are 443 and 587": {
      given: "?host=203.0.113.9&chatTLS=true",
      expect: { chatPort: 443, mediaPort: 587 },
    },
    "TLS is used when chatTLS is absent": { given: "?host=203.0.113.9", expect: { chatTls: true } },
    "chatTLS=1 means TLS": { given: "?host=203.0.113.9&chatTLS=1", expect: { chatTls: true } },
    "any other chatTLS means none": {
      given: "?host=203.0.113.9&chatTLS=yes",
      expect: { chatTls: false },
    },
    "the order of the parameters does not matter": {
      given: "?mediaPort=1&chatPort=2&host=a.example",
      expect: { mediaPort: 1, chatPort: 2 },
    },
    "an IPv6 address may have brackets or none": {
      given: "?host=2001:db8::9",
      expect: { host: "2001:db8::9" },
    },
    "brackets are no part of the address": {
      given: "?host=%5B2001:db8::9%5D",
      expect: { host: "2001:db8::9" },
    },
    "parameters that nobody knows are left out": {
      given: "?host=a.example&ssl=true",
      expect: { host: "a.example", chatTls: true },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        { ...parseShareLink(`https://wa.me/proxy${given}`), ...expect },
        parseShareLink(`https://wa.me/proxy${given}`),
      ),
    );

  const refused = [
    "",
    "hello",
    "http://wa.me/proxy?host=a.example",
    "https://wa.me.example.org/proxy?host=a.example",
    "https://wa.me/other?host=a.example",
  ];
  for (const link of refused)
    test(`"${link}" is no share link`, () =>
      assert.throws(() => parseShareLink(link), /must start with https:\/\/wa\.me\/proxy/));

  test("a port that is no number is refused", () =>
    assert.throws(
      () => parseShareLink("https://wa.me/proxy?host=a.example&chatPort=many"),
      /chatPort of the share link is NaN/,
    ));
});

const port = fc.integer({ min: 1, max: 65_535 });
const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
const target = fc.record<ShareTarget>(
  { host, chatPort: port, mediaPort: port, chatTls: fc.boolean() },
  { noNullPrototype: true },
);

test("what goes into a link comes out of it", () =>
  fc.assert(
    fc.property(target, (given) => assert.deepEqual(parseShareLink(shareLink(given)), given)),
  ));

test("no error tells the host: it is a secret", () =>
  fc.assert(
    fc.property(fc.string({ minLength: 6 }), (host) => {
      try {
        shareLink({ ...family, host: `${host}!` });
        assert.fail("a host with an exclamation mark was accepted");
      } catch (error) {
        assert.ok(error instanceof ShareLinkError && !error.message.includes(`${host}!`));
      }
    }),
  ));

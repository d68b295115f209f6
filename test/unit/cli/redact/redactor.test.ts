import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Category } from "../../../../src/cli/redact/pseudonyms.ts";
import { canonicalIp } from "../../../../src/values/ip.ts";
import { Redactor } from "../../../../src/cli/redact/redactor.ts";

const names = new Map<string, Category>([
  ["family", "fleet"],
  ["proxies", "namespace"],
  ["pool-a", "pool"],
  ["family-proxy-7c9b8d6f5-x2x9z", "pod"],
]);
const fields = new Set(["spec", "addresses", "pools", "count"]);
const redactor = (kept = { addresses: false, names: false }) =>
  new Redactor({ names, fields }, kept);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("what stays readable", () => {
  const same = [
    "slot 1 is blocked in IR since 2026-11-29 11:00 UTC (5 timeouts from 3 vantage points)",
    "2026-11-29T12:00:00.000000Z 12:00:00",
    "see spec.addresses.pools[0] and spec.addresses.count",
    "v1.36.0, 0.1.0 and haproxy.cfg.gz",
    "g.whatsapp.net:443, events.k8s.io, whatsappproxies.proxyfleet.dev",
    "RequiredDuringSchedulingIgnoredDuringExecution customresourcedefinitions",
    "AllocationFailed CrashLoopBackOff Provisioning Verifying",
    "namespaces default, kube-system, proxyfleet-system and metallb-system",
    "0.0.0.0 and ::",
  ];
  for (const text of same) test(text, () => assert.equal(redactor().text(text), text));
});

describe("what is replaced", () => {
  const cases: Record<string, readonly [text: string, redacted: string]> = {
    "an address": ["203.0.113.9 is blocked", "address-1 is blocked"],
    "the same one always by the same name": [
      "203.0.113.9 203.0.113.10 ip-203-0-113-9 2001:db8:0::1 [2001:db8::1]:443",
      "address-2 address-3 ip-address-2 address-1 [address-1]:443",
    ],
    "a ledger entry's IPv6 address": [
      "ip-2001-0db8-0000-0000-0000-0000-0000-0001 2001:db8::1",
      "ip-address-1 address-1",
    ],
    "a network, but not how large it is": ["203.0.113.0/26", "network-1/26"],
    "names, also as parts of names": [
      "proxies/family: family-proxy-7c9b8d6f5-x2x9z, family-share, pool-a",
      "namespace-1/fleet-1: pod-1, fleet-1-share, pool-1",
    ],
    "a host": ["relay.Example.org:443 relay.example.org", "host-1:443 host-1"],
    "a host of a Service": [
      "family.proxies.svc.cluster.local",
      "fleet-1.namespace-1.svc.cluster.local",
    ],
    "a link as a whole": [
      "open https://wa.me/proxy?host=203.0.113.9&chatPort=443 now",
      "open link-1 now",
    ],
    "a link without a scheme": ["wa.me/proxy?host=203.0.113.9", "link-1"],
    "the path of a share page": ["abcdefghijklmnopqrstuvwxyz", "secret-1"],
    "a token behind its name": [
      'token=a1 "password": "hunter2"',
      'token=secret-1 "password": "secret-2"',
    ],
    "a token of a header": ["authorization: Bearer abcdef", "authorization: secret-2 secret-1"],
    "a private key": ["-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "secret-1"],
    "a hash": ["sha256:" + "ab12".repeat(16), "sha256:hash-1"],
    "a person": ['User "ann" (ann@example.org) may not', 'User "person-2" (person-1) may not'],
    "an account": ["system:serviceaccount:proxies:robot", "system:serviceaccount:account-1"],
    "an address in base64": [base64("203.0.113.9"), "encoded-1"],
    "an address in base64 of more": [`data: ${base64("host=203.0.113.9&x")}`, "data: encoded-1"],
    "a name in base64": [base64("family"), "encoded-1"],
    "an address in base64, twice": [base64(base64("203.0.113.9")), "encoded-1"],
    "an address in hex": [Buffer.from("203.0.113.9").toString("hex"), "encoded-1"],
    "an address with percent signs": ["203%2E0%2E113%2E9", "encoded-1"],
    "an IPv6 address in a query": ["host=2001%3Adb8%3A%3A1", "encoded-1"],
    "an address in escapes of JSON": ["\\u0032\\u0030\\u0033.0.113.9", "encoded-1"],
    "an address in a JSON text in a JSON text": [
      JSON.stringify(JSON.stringify({ a: "203.0.113.9" })),
      JSON.stringify(JSON.stringify({ a: "address-1" })),
    ],
    "allocations of a cloud": ["eipalloc-0a1b2c3d4e5f60718", "cloud-id-1"],
  };
  for (const [name, [text, redacted]] of Object.entries(cases))
    test(name, () => assert.equal(redactor().text(text), redacted));

  test("addresses stay where somebody wants it so, and names do not", () =>
    assert.equal(
      redactor({ addresses: true, names: false }).text("family: 203.0.113.9"),
      "fleet-1: 203.0.113.9",
    ));
  test("names stay where somebody wants it so, and addresses do not", () =>
    assert.equal(
      redactor({ addresses: false, names: true }).text("family: 203.0.113.9"),
      "family: address-1",
    ));
  test("a text that holds what marks are made of gives nothing away", () =>
    assert.equal(redactor().text("203.0.113.9 \ue000\ue001\ue00b"), "address-1 ???"));
});

const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  base64,
  (text) => Buffer.from(text).toString("base64url"),
  (text) => Buffer.from(text).toString("hex"),
  (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join(""),
  (text) => JSON.stringify(JSON.stringify({ text })),
  (text) => `https://wa.me/proxy?host=${encodeURIComponent(text)}&chatPort=443`,
];

const everybodys = ["0.0.0.0", "::"];

test("no address is left in any text, however it is written", () => {
  const encoded = fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.constantFrom(...encodings))
    .filter(([address]) => !everybodys.includes(canonicalIp(address) ?? ""))
    .map(([address, encode]) => ({ address, text: encode(address) }));
  fc.assert(
    fc.property(encoded, fc.string(), fc.string(), ({ address, text }, before, behind) => {
      const redacted = redactor().text(`${before} ${text} ${behind}`);
      assert.ok(!redacted.includes(text));
      if (!before.includes(address) && !behind.includes(address))
        assert.ok(!redacted.includes(address), redacted);
    }),
  );
});

test("the shortest addresses are found too, and words of their length stay", () => {
  for (const address of ["1::", "::1", "::a", "1::2"])
    for (const encode of encodings)
      assert.ok(!redactor().text(encode(address)).includes(encode(address)));
  const words = "node Ready cafe beef 1234 host port 443 chat media";
  assert.equal(redactor().text(words), words);
});

test("a text without an end is read in time", () => {
  for (const piece of ["a", "a.", "a-", "%", "%41", "a@", ":", "1.", "token", "\\u", "-----BEGIN "])
    assert.equal(typeof redactor().text(piece.repeat(20_000 / piece.length)), "string");
});

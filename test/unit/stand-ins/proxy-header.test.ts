import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { headerVersion1, headerVersion2 } from "../../stand-ins/loopback-proxy.ts";
import {
  readProxyHeader,
  type HeaderReading,
  type Peer,
} from "../../stand-ins/whatsapp/proxy-header.ts";

const client: Peer = { address: "198.51.101.2", port: 40_000 };
const proxy: Peer = { address: "10.244.0.9", port: 20_000 };
const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n");

/** A version 2 header with any command, family and addresses. */
function rawVersion2(command: number, family: number, addresses: Buffer): Buffer {
  return Buffer.concat([signature, Buffer.from([command, family, 0, addresses.length]), addresses]);
}

describe("readProxyHeader", () => {
  const cases: Record<string, { given: Buffer; expect: HeaderReading }> = {
    "nothing yet is unfinished": { given: Buffer.alloc(0), expect: { kind: "unfinished" } },
    "a greeting is no header": { given: Buffer.from("hello\n"), expect: { kind: "none" } },
    "a TLS handshake is no header": { given: Buffer.from([0x16, 3, 1]), expect: { kind: "none" } },
    "an empty line is no header once it differs": {
      given: Buffer.from("\r\n\r\nhello"),
      expect: { kind: "none" },
    },
    "v1 tells both ends": {
      given: headerVersion1(client, proxy),
      expect: {
        kind: "header",
        header: { version: 1, source: client, destination: proxy },
        length: 48,
      },
    },
    "v1 of an unknown family tells nothing": {
      given: Buffer.from("PROXY UNKNOWN\r\n"),
      expect: {
        kind: "header",
        header: { version: 1, source: null, destination: null },
        length: 15,
      },
    },
    "v1 with a bad port is malformed": {
      given: Buffer.from("PROXY TCP4 1.2.3.4 1.2.3.4 many 1\r\n"),
      expect: { kind: "malformed", reason: "v1 with a bad address or port" },
    },
    "v1 that never ends is malformed": {
      given: Buffer.from(`PROXY ${"x".repeat(120)}`),
      expect: { kind: "malformed", reason: "v1 without an end of line" },
    },
    "v2 tells both ends": {
      given: headerVersion2(client, proxy),
      expect: {
        kind: "header",
        header: { version: 2, source: client, destination: proxy },
        length: 28,
      },
    },
    "v2 LOCAL, as a health check sends it, tells nothing": {
      given: rawVersion2(0x20, 0, Buffer.alloc(0)),
      expect: {
        kind: "header",
        header: { version: 2, source: null, destination: null },
        length: 16,
      },
    },
    "v2 of another version is malformed": {
      given: rawVersion2(0x31, 0x11, Buffer.alloc(12)),
      expect: { kind: "malformed", reason: "v2 with an unknown command" },
    },
    "v2 for UDP is malformed": {
      given: rawVersion2(0x21, 0x12, Buffer.alloc(12)),
      expect: { kind: "malformed", reason: "v2 with a family that is not TCP over IP" },
    },
    "v2 with too few bytes of addresses is malformed": {
      given: rawVersion2(0x21, 0x11, Buffer.alloc(11)),
      expect: { kind: "malformed", reason: "v2 with addresses missing" },
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(readProxyHeader(given), expect));
});

const port = fc.integer({ min: 0, max: 65_535 });
const group = fc
  .integer({ min: 0, max: 0xffff })
  .map((value) => value.toString(16).padStart(4, "0"));
const ipV6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(":"));
const peers = fc
  .constantFrom(fc.ipV4(), ipV6)
  .chain((address) => fc.tuple(peer(address), peer(address)));
const extra = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

function peer(address: fc.Arbitrary<string>): fc.Arbitrary<Peer> {
  return fc.record({ address, port }, { noNullPrototype: true });
}

test("v2 gives back the ends that were written, whatever follows, and takes only its own bytes", () =>
  fc.assert(
    fc.property(peers, extra, extra, ([source, destination], tlvs, payload) => {
      const header = headerVersion2(source, destination, tlvs);
      const expected = {
        kind: "header",
        header: { version: 2, source, destination },
        length: header.length,
      };
      assert.deepEqual(readProxyHeader(Buffer.concat([header, payload])), expected);
    }),
  ));

test("v1 gives back the ends that were written", () =>
  fc.assert(
    fc.property(peers, ([source, destination]) => {
      const header = headerVersion1(source, destination);
      assert.deepEqual(readProxyHeader(header), {
        kind: "header",
        header: { version: 1, source, destination },
        length: header.length,
      });
    }),
  ));

test("a header cut anywhere is unfinished, never something else", () =>
  fc.assert(
    fc.property(
      peers,
      fc.constantFrom(headerVersion1, headerVersion2),
      fc.nat(),
      ([source, destination], write, cut) => {
        const header = write(source, destination);
        assert.deepEqual(readProxyHeader(header.subarray(0, cut % header.length)), {
          kind: "unfinished",
        });
      },
    ),
  ));

test("no bytes make the reader throw", () =>
  fc.assert(
    fc.property(
      fc.constantFrom(Buffer.alloc(0), Buffer.from("PROXY "), signature),
      fc.uint8Array({ maxLength: 120 }),
      (start, bytes) => {
        readProxyHeader(Buffer.concat([start, bytes]));
      },
    ),
  ));

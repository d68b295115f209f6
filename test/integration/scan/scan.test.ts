import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { findingsOf, type Scanned } from "./findings.ts";
import { knownConstants } from "./known.ts";
import { scan } from "./scan.ts";

/** A real HAProxy (3.0 is what the image has): `PROXYFLEET_HAPROXY`, or the one in PATH. */
const haproxy = process.env["PROXYFLEET_HAPROXY"] ?? "haproxy";
const version = spawnSync(haproxy, ["-v"], { encoding: "utf8" }).stdout ?? "";
const skip = /^HAProxy version [3-9]/.test(version)
  ? false
  : `NOT TESTED: "${haproxy}" is not HAProxy 3.0 or later. Name one in PROXYFLEET_HAPROXY.`;

test(
  "nothing but what the threat model names tells twenty lanes of three fleets from ordinary servers",
  { skip },
  async () => {
    const { chat, media } = await scan(haproxy);
    const isKnown = (feature: string) => knownConstants.some((known) => feature.startsWith(known));
    const unknown = chat.telling.filter(({ feature }) => !isKnown(feature));
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      [...chat.linking, ...media.linking],
      [],
      "nothing links the lanes of one fleet",
    );
    // On media it is WhatsApp that answers: whoever asks there knows what this leads to.
    assert.ok(media.telling.some(({ feature }) => feature === "certificate: subject"));
    const differing = [
      "certificate: subject",
      "inside TLS, GET of no page: fields",
      "inside TLS, nothing: end",
    ];
    for (const feature of differing) assert.ok(chat.varying.includes(feature), feature);
  },
);

test("the threat model names each constant that stays", () => {
  const page = readFileSync(new URL("../../../docs/threat-model.md", import.meta.url), "utf8");
  for (const constant of knownConstants) assert.ok(page.includes(`**${constant}**`), constant);
});

describe("what a scan finds", () => {
  const server = (name: string, group: string, features: Record<string, string>): Scanned => ({
    name,
    group,
    features,
  });
  const found = findingsOf(
    [
      server("a", "fleet 1", { all: "x", some: "y", fleet: "1", lane: "1" }),
      server("b", "fleet 1", { all: "x", some: "y", fleet: "1", lane: "2" }),
      server("c", "fleet 2", { all: "x", some: "y", fleet: "2", lane: "3" }),
    ],
    [server("d", "d", { all: "z", some: "y" }), server("e", "e", { all: "z" })],
  );

  test("is what all of ours have and nobody else has", () =>
    assert.deepEqual(found.telling, [{ feature: "all", value: "x" }]));
  test("is what all of ours and others have", () =>
    assert.deepEqual(found.shared, [{ feature: "some", value: "y" }]));
  test("is what the lanes of a fleet have in common", () =>
    assert.deepEqual(found.linking, ["fleet"]));
  test("is what differs", () => assert.deepEqual(found.varying, ["lane"]));
  test("is the server that is most like ours", () =>
    assert.deepEqual(found.nearest, { name: "d", differsIn: ["all"] }));
});

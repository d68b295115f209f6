import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { parseShareLink, shareLink } from "../../../src/share/link.ts";
import { shareSecret } from "../../../src/share/secret.ts";
import type { PublishedTarget, SlotShare } from "../../../src/share/slot-share.ts";
import { readPng, readSvg } from "./read-code.ts";
import { targets, usual } from "./targets.ts";

const owner = { apiVersion: "v1", kind: "Owner", name: "family", uid: "u1" };
const child = { namespace: "proxies", fleet: "family", owner };

function share(published: PublishedTarget | undefined, given: Partial<SlotShare> = {}): SlotShare {
  const seat = { namespace: "proxies", fleet: "family", slot: 0 };
  return { seat, path: "p".repeat(26), published, countries: ["IR"], ...given };
}

/** The Secret's fields, decoded. */
function fieldsOf(shares: readonly SlotShare[], pages = true): ReadonlyMap<string, Buffer> {
  const { data = {} } = shareSecret(child, { shares, pages });
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}

describe("a fleet's share Secret", () => {
  const described = (...given: Parameters<typeof fieldsOf>) =>
    Object.fromEntries(
      [...fieldsOf(...given)].map(([key, value]) => [key, value.toString("utf8")]),
    );

  test("has of each slot the link, its parts, its code, its page and that page's path", () => {
    const fields = described([
      share(usual),
      share(undefined, { seat: { ...share(usual).seat, slot: 1 } }),
    ]);
    const {
      "slot-0.qr.svg": svg,
      "slot-0.qr.png": png,
      "slot-0.page.html": page,
      ...texts
    } = fields;
    assert.deepEqual(texts, {
      "slot-0.path": "p".repeat(26),
      "slot-0.countries": "IR",
      "slot-0.link": "https://wa.me/proxy?host=203.0.113.9&chatPort=443&mediaPort=587&chatTLS=true",
      "slot-0.host": "203.0.113.9",
      "slot-0.chat-port": "443",
      "slot-0.media-port": "587",
      "slot-0.since": "2026-11-23T12:00:00Z",
      "slot-1.path": "p".repeat(26),
      "slot-1.countries": "IR",
    });
    assert.match(page ?? "", /^<!doctype html><html lang="fa" dir="rtl">/);
    assert.ok(svg !== undefined && png !== undefined);
    assert.doesNotMatch(page ?? "", /<form|p{26}/);
  });

  test("has neither pages nor paths where a fleet wants none, and its codes all the same", () => {
    const keys = Object.keys(described([share(usual)], false));
    assert.ok(keys.includes("slot-0.qr.png"));
    assert.deepEqual(
      keys.filter((key) => /path|page/.test(key)),
      [],
    );
  });

  test("has nothing at all of a fleet that ends", () => assert.deepEqual(described([]), {}));

  test("belongs to the fleet, and is not taken for the proxy's", () => {
    const { metadata } = shareSecret(child, { shares: [], pages: true });
    assert.deepEqual([metadata.name, metadata.namespace], ["family-share", "proxies"]);
    assert.deepEqual(metadata.ownerReferences, [owner]);
    assert.equal(metadata.labels?.["app.kubernetes.io/managed-by"], "proxyfleet");
    assert.equal(metadata.labels["app.kubernetes.io/component"], "share");
  });

  test("says one thing: link, parts, both codes and page lead to the same place", () =>
    fc.assert(
      fc.property(targets, (target) => {
        const fields = fieldsOf([share(target)]);
        const text = (field: string) => fields.get(`slot-0.${field}`)?.toString("utf8") ?? "";
        const link = shareLink(target);
        assert.equal(text("link"), link);
        assert.equal(readSvg(text("qr.svg")), link);
        assert.equal(readPng(fields.get("slot-0.qr.png") ?? Buffer.of()), link);
        assert.equal(readSvg(text("page.html")), link);
        assert.ok(text("page.html").includes(`href="${link.replaceAll("&", "&amp;")}"`));
        const { host, chatPort, mediaPort } = parseShareLink(link);
        assert.deepEqual(
          [text("host"), text("chat-port"), text("media-port")],
          [host, String(chatPort), String(mediaPort)],
        );
      }),
      { numRuns: 15 },
    ));

  const sizes: Record<string, { host: string; pages: number }> = {
    "holds 64 slots of IPv6 addresses with their pages, in the longest language": {
      host: "2001:db8:1234:5678:9abc:def0:1234:5678",
      pages: 64,
    },
    "holds 64 slots of usual names with their pages": {
      host: `${"t".repeat(26)}.some-group.example.org`,
      pages: 64,
    },
    "holds 64 slots of the longest names, without the pages to print": {
      host: [..."abcd"].map((letter) => letter.repeat(54)).join("."),
      pages: 0,
    },
  };
  for (const [name, { host, pages }] of Object.entries(sizes))
    test(name, () => assertFits(host, pages));

  function assertFits(host: string, pages: number): void {
    const shares = Array.from({ length: 64 }, (_, slot) =>
      share({ ...usual, host }, { seat: { ...share(usual).seat, slot }, countries: ["MM"] }),
    );
    const { data = {} } = shareSecret(child, { shares, pages: true });
    const bytes = Object.values(data).reduce(
      (sum, value) => sum + Buffer.byteLength(value, "base64"),
      0,
    );
    // What the API server takes of a Secret, and what etcd takes of a request with all of its fields.
    assert.ok(bytes < 1_048_576, `${bytes} bytes of data`);
    assert.ok(
      JSON.stringify(data).length < 1_400_000,
      `${JSON.stringify(data).length} bytes of JSON`,
    );
    const sheets = Object.keys(data).filter((key) => key.endsWith(".page.html"));
    assert.equal(sheets.length, pages);
    assert.equal(Object.keys(data).filter((key) => key.endsWith(".qr.png")).length, 64);
  }
});

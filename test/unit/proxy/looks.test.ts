import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { laneLooks, type LaneLooks } from "../../../src/proxy/looks/lane-looks.ts";
import { renderDecoy } from "../../../src/proxy/haproxy/decoy.ts";

const lanes = 400;
const all = Array.from({ length: lanes }, (_, lane) => laneLooks("seed", lane));

describe("the looks of a lane", () => {
  test("are the same each time, and others for another lane and another seed", () => {
    const seen = (seed: string, lane: number) => JSON.stringify(laneLooks(seed, lane));
    fc.assert(
      fc.property(fc.uuid(), fc.nat(254), (seed, lane) => {
        assert.equal(seen(seed, lane), seen(seed, lane));
        assert.notEqual(seen(seed, lane), seen(seed, lane + 1));
        assert.notEqual(seen(seed, lane), seen(`${seed}'`, lane));
      }),
    );
  });

  test("give a phone on a slow line time enough, and hold no place for long", () => {
    for (const { handshake, firstByte, firstAnswer, request } of all) {
      for (const wait of [handshake, firstByte]) assert.ok(wait >= 12 && wait <= 20);
      assert.ok(firstAnswer >= 11 && firstAnswer <= 15);
      assert.ok(request <= 15);
    }
  });

  test("leave a phone all that it needs for its handshake", () => {
    for (const { tls } of all) {
      const [ciphers = "CHACHA20", suites = "CHACHA20_POLY1305_SHA256", curves = "X25519:P-256"] = [
        "ciphers ",
        "ciphersuites ",
        "curves ",
      ].map((option) => tls.find((given) => given.startsWith(option)));
      assert.match(ciphers, /CHACHA20/);
      assert.match(suites, /CHACHA20/);
      assert.match(curves, /X25519:P-256/);
      assert.ok(!tls.join(" ").includes("h2"));
    }
  });

  const differing: Record<string, (looks: LaneLooks) => unknown> = {
    "their time for a handshake": ({ handshake }) => handshake,
    "their time for a first byte": ({ firstByte }) => firstByte,
    "their time for a request": ({ request }) => request,
    "their TLS": ({ tls }) => tls.join(),
    "whether they agree on HTTP": ({ tls }) => tls.includes("alpn http/1.1"),
    "their number of answers": ({ page }) => page.answers.length,
    "the status of their front page": ({ page }) => page.answers.at(-1)?.status,
    "their header fields": ({ page }) =>
      page.answers
        .at(-1)
        ?.fields.map(([name]) => name)
        .join(),
  };
  for (const [what, of] of Object.entries(differing))
    test(`differ from lane to lane in ${what}, and no value is most lanes'`, () => {
      const counts = [...Map.groupBy(all, of).values()].map(({ length }) => length);
      assert.ok(counts.length >= 2 && Math.max(...counts) < 0.75 * lanes, String(counts));
    });
});

describe("the page of a lane", () => {
  const pages = all.map(({ page }) => renderDecoy(0, page));

  test("is small, and each of its lines is one that HAProxy reads", () => {
    for (const page of pages)
      for (const line of page.split("\n")) {
        assert.ok(line.length < 2_000, line);
        assert.match(
          line,
          /^(?:backend decoy-0| {4}(?:mode http|option httpclose|http-request return .*))$/,
        );
      }
  });

  test("is hardly any other lane's: no fixed text finds all", () => {
    const bodies = all.flatMap(({ page }) => page.answers.flatMap(({ body }) => body?.text ?? []));
    const phrases = bodies.flatMap((text) => [
      ...new Set(text.match(/[A-Z][a-z]+(?: [a-z]+){2,}/g)),
    ]);
    const counts = [...Map.groupBy(phrases, (phrase) => phrase).values()];
    assert.ok(
      counts.every(({ length }) => length < 0.4 * lanes),
      counts.map(([phrase, ...others]) => `${phrase} ${others.length + 1}`).join(),
    );
    assert.ok(new Set(pages).size > 0.7 * lanes, String(new Set(pages).size));
  });

  test("names no product and nothing of ours", () => {
    assert.doesNotMatch(pages.join("\n"), /proxyfleet|whatsapp|haproxy|nginx|apache|proxy/i);
  });
});

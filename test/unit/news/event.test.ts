import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CloudEvent, HTTP } from "cloudevents";
import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { eventContentType, eventOf } from "../../../src/news/event.ts";
import type { NewsItem } from "../../../src/news/item.ts";
import { signatureHeaders, signingKeys } from "../../../src/news/signature.ts";
import { newsKinds } from "../../../src/values/news-kinds.ts";
import { type Instant, instant } from "../../../src/values/time.ts";
import { item, noon, secretAddress, secretPath, whsec } from "./build.ts";

const link = {
  link: `https://wa.me/proxy?host=${secretAddress}`,
  host: secretAddress,
  chatPort: 443,
  mediaPort: 587,
  pagePath: secretPath,
};

const items: fc.Arbitrary<NewsItem> = fc
  .record({
    kind: fc.constantFrom(...newsKinds),
    subject: fc.constantFrom("proxies/family/0", "proxies/family/1", "IR"),
    at: fc.constantFrom(noon, instant(noon + 1_000)),
    origin: fc.constantFrom("uid-1", "uid-2"),
    slot: fc.nat(2),
    hasLink: fc.boolean(),
  })
  .map(({ slot, hasLink, ...given }) =>
    item({ ...given, facts: { slot }, link: hasLink ? link : undefined }),
  );

describe("an event", () => {
  test("is a CloudEvent 1.0 to the official library, of every kind", () => {
    for (const kind of newsKinds) {
      const { body = "", id } = eventOf(item({ kind }), false) ?? {};
      const read = HTTP.toEvent({ headers: { "content-type": eventContentType }, body });
      assert.ok(read instanceof CloudEvent);
      assert.ok(read.validate());
      assert.deepEqual([read.specversion, read.id, read.data], ["1.0", id, { slot: 0 }]);
      assert.match(read.type, /^dev\.proxyfleet\.[a-z]+\.[a-z]+\.v1$/);
    }
  });

  test("has the link for who asked for it, and waits until it is known", () => {
    assert.equal(eventOf(item(), true), undefined);
    const { body = "{}" } = eventOf(item({ link }), true) ?? {};
    assert.deepEqual((JSON.parse(body) as { data: object }).data, { slot: 0, ...link });
  });

  test("shows nothing of the link or the origin to others, whatever its kind", () => {
    fc.assert(
      fc.property(items, (one) => {
        const text = JSON.stringify(eventOf(one, false));
        for (const secret of [secretAddress, secretPath, "wa.me", one.origin])
          assert.ok(!text.includes(secret));
        if (one.kind !== "Published") assert.deepEqual(eventOf(one, true), eventOf(one, false));
      }),
    );
  });

  test("has an id that stands for one body, and for the same one each time", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(items, fc.boolean())), (all) => {
        const events = all.flatMap(([one, links]) => eventOf(one, links) ?? []);
        const bodies = new Map<string, string>();
        for (const { id, body } of events) {
          assert.equal(bodies.get(id) ?? body, body);
          bodies.set(id, body);
          assert.match(id, /^[a-z]+-[0-9a-f]{32}$/, "no dot: Standard Webhooks signs id.time.body");
        }
      }),
    );
    assert.equal(eventOf(item(), false)?.id, eventOf({ ...item() }, false)?.id);
    assert.notEqual(eventOf(item(), false)?.id, eventOf(item({ origin: "uid-2" }), false)?.id);
  });
});

describe("a signature", () => {
  const keys = (text: string) => {
    const read = signingKeys(text);
    assert.ok(typeof read !== "string", String(read));
    return read;
  };
  const now = (): Instant => instant(Date.now());

  test("is one that the official library verifies", () => {
    const body = '{"text":"سلام"}';
    const headers = signatureHeaders({ id: "published-1", body, now: now() }, keys(whsec));
    assert.deepEqual(new Webhook(whsec).verify(body, { ...headers }), JSON.parse(body));
    assert.throws(() => new Webhook(whsec).verify(`${body} `, { ...headers }));
  });

  test("of an old and a new secret is verified with either", () => {
    const other = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
    const headers = signatureHeaders(
      { id: "x", body: "{}", now: now() },
      keys(`${other},${whsec}`),
    );
    for (const secret of [whsec, other]) new Webhook(secret).verify("{}", { ...headers });
  });

  const wrong: Record<string, string> = {
    "is empty": "",
    "lacks its mark": whsec.slice(6),
    "is too short": `whsec_${Buffer.alloc(23).toString("base64")}`,
    "is too long": `whsec_${Buffer.alloc(65).toString("base64")}`,
    "is no Base64": "whsec_!!!",
    "has a second one that is wrong": `${whsec},x`,
  };
  for (const [name, text] of Object.entries(wrong))
    test(`is not made with a secret that ${name}`, () => {
      const read = signingKeys(text);
      assert.ok(typeof read === "string");
      assert.match(read, /openssl rand/);
      if (text !== "") assert.ok(!read.includes(text));
    });
});

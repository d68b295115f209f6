import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAsMade } from "../../../src/cluster/as-made.ts";
import { asKept, withoutPages } from "../../../src/cluster/kept-secret.ts";
import { hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { secretObject } from "../../objects/secret.ts";

const page = "a page ".repeat(1000);
const labels = { "app.kubernetes.io/component": "share" };
const share = secretObject({
  name: "family-share",
  metadata: { labels },
  files: { page, port: "443" },
});

/** As the API server has it after it was applied, and a cache keeps it. */
function cached(applied: Secret, data = applied.data): Secret {
  const annotations = { "proxyfleet.dev/applied-hash": hashOfObject(applied) };
  return withoutPages({
    ...applied,
    metadata: { ...applied.metadata, annotations },
    ...(data === undefined ? {} : { data }),
  });
}

describe("a cached Secret with share pages", () => {
  test("keeps short values as they are, and of pages no more than a hash", () => {
    const { data } = withoutPages(share);
    assert.equal(data?.["port"], btoa("443"));
    assert.match(data?.["page"] ?? "", /^sha256:[0-9a-f]{32}$/);
  });

  test("is kept the same when it is kept again", () =>
    assert.deepEqual(withoutPages(withoutPages(share)), withoutPages(share)));

  test("is known as made from what was applied, and from nothing else", () => {
    assert.ok(isAsMade(cached(share), share));
    const other = secretObject({
      name: "family-share",
      metadata: { labels },
      files: { page: `${page}!` },
    });
    assert.ok(!isAsMade(cached(share), other));
    assert.ok(!isAsMade(cached(share, { ...share.data, page: btoa(`${page}!`) }), share));
    assert.ok(isAsMade(cached(share, { ...share.data, more: "x" }), share), "what others add");
  });
});

test("other Secrets are kept whole: lanes' certificates are read from them", () => {
  const proxy = secretObject({ files: { page } });
  assert.deepEqual(withoutPages(proxy).data, proxy.data);
  assert.equal(asKept(proxy), proxy);
});

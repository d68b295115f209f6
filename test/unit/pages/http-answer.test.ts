import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type HttpAnswer,
  busy,
  nothingHere,
  nothingHereBytes,
  pageAnswer,
} from "../../../src/pages/http-answer.ts";

const header = ({ headers }: HttpAnswer, wanted: string) =>
  headers.filter(([name]) => name === wanted).map(([, value]) => value);

describe("what goes back over HTTP", () => {
  const page = pageAnswer("<p>سلام", "fa");
  const answers: Record<string, HttpAnswer> = {
    "a page": page,
    nothing: nothingHere,
    "too much work": busy,
  };
  for (const [name, answer] of Object.entries(answers))
    test(`${name}: has its length in bytes, is kept nowhere, and ends the connection`, () => {
      assert.deepEqual(header(answer, "content-length"), [String(Buffer.byteLength(answer.body))]);
      assert.deepEqual(header(answer, "cache-control"), ["no-store"]);
      assert.deepEqual(header(answer, "connection"), ["close"]);
      assert.doesNotMatch(JSON.stringify(answer), /proxyfleet|set-cookie|location|server"/i);
    });

  const asked: Record<string, string> = {
    "content-language": "fa",
    vary: "accept-language",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
  };
  for (const [name, value] of Object.entries(asked))
    test(`a page says ${name}: ${value}`, () => assert.deepEqual(header(page, name), [value]));

  test("a page can run nothing, load nothing, and be put into no frame", () => {
    const [policy = ""] = header(page, "content-security-policy");
    const rules = policy.split("; ");
    assert.ok(rules.includes("default-src 'none'"));
    assert.ok(rules.includes("form-action 'self'"));
    assert.ok(rules.includes("frame-ancestors 'none'"));
    assert.doesNotMatch(policy, /script|http|\*/);
  });

  test("the bytes for what is no HTTP are those of the answer", () => {
    assert.ok(nothingHereBytes.startsWith("HTTP/1.1 404 Not Found\r\ncontent-type: text/html"));
    assert.ok(nothingHereBytes.endsWith(`connection: close\r\n\r\n${nothingHere.body}`));
  });
});

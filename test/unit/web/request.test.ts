import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bearerToken } from "../../../src/web/access.ts";
import { wantedBy } from "../../../src/web/request.ts";

describe("what a request is for", () => {
  const cases: Record<string, readonly [method: string, url: string, expected: object]> = {
    "the page": ["GET", "/", { kind: "File", name: "index.html" }],
    "its script, whatever stands after it": [
      "GET",
      "/app.js?x=1",
      { kind: "File", name: "app.js" },
    ],
    "the stream": ["GET", "/api/stream", { kind: "Stream" }],
    "a fleet": [
      "GET",
      "/api/fleets/proxies/family",
      { kind: "Details", key: "proxies/family", namespace: "proxies" },
    ],
    "a fleet by a name that no object can have": [
      "GET",
      "/api/fleets/a/..%2Fb",
      { kind: "Nothing" },
    ],
    "a path out of the page": ["GET", "/../etc/passwd", { kind: "Nothing" }],
    "a write": ["POST", "/api/stream", { kind: "Nothing" }],
    "nothing at all": ["GET", "", { kind: "Nothing" }],
  };
  for (const [name, [method, url, expected]] of Object.entries(cases))
    test(name, () => assert.deepEqual(wantedBy(method, url), expected));
});

describe("the token of a header", () => {
  const cases: Record<string, readonly [given: string | undefined, expected: string | undefined]> =
    {
      "is what follows Bearer": ["Bearer abc.DEF-1_~+/=", "abc.DEF-1_~+/="],
      "follows it in any case, as HTTP has it": ["bearer  abc", "abc"],
      "is none without a header": [undefined, undefined],
      "is none of another scheme": ["Basic abc", undefined],
      "is none with a blank in it": ["Bearer a b", undefined],
      "is none where it is empty": ["Bearer ", undefined],
    };
  for (const [name, [given, expected]] of Object.entries(cases))
    test(name, () => assert.equal(bearerToken(given), expected));
});

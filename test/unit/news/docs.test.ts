import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { newsKinds } from "../../../src/values/news-kinds.ts";
import { documentedEvents } from "./documented.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/news.md"), "utf8");
const shown = new Map(
  [...page.matchAll(/^### (\w+)\n[^`]*(?:`[^`\n]+`[^`]*)*```json\n([^`]*)```/gm)].map(
    ([, kind = "", json = ""]) => [kind, JSON.parse(json) as unknown],
  ),
);

describe("the documentation of news", () => {
  test("has all kinds", () => assert.deepEqual([...shown.keys()], [...newsKinds]));

  for (const { kind, body } of documentedEvents())
    test(`shows ${kind} as it is sent`, () =>
      assert.deepEqual(JSON.parse(body), shown.get(kind), kind));
});

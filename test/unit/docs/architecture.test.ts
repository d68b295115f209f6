import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { addressPhases } from "../../../src/api/address-phase.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/architecture.md"), "utf8");
const [, life = ""] = /stateDiagram-v2\n(.*?)```/s.exec(page) ?? [];

describe("docs/architecture.md", () => {
  test("draws the life of an address with the phases that there are", () => {
    const drawn = new Set(
      [...life.matchAll(/[A-Z]\w+(?= -->)|(?<=--> )[A-Z]\w+/g)].map(([phase]) => phase),
    );
    assert.deepEqual([...drawn].toSorted(), [...addressPhases].toSorted());
  });
});

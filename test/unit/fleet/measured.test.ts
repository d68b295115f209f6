import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { VantagePoint } from "../../../src/api/vantage-point.ts";
import { vantagePoint } from "../reachability/stage.ts";
import { planFor } from "./observed-fleet.ts";

describe("a fleet's status", () => {
  const measured = (vantagePoints: readonly VantagePoint[]) => {
    const { effects } = planFor([], { vantagePoints });
    const write = effects.find(({ id }) => id === "status");
    const status: { conditions?: readonly { type: string; reason: string }[] } =
      write?.kind === "status" ? write.status : {};
    return status.conditions?.find(({ type }) => type === "Measured")?.reason;
  };

  test("says whether enough places measure it", () =>
    assert.equal(measured([vantagePoint()]), "TooFewVantagePoints"));

  test("says nothing of that where nothing measures at all", () =>
    assert.equal(measured([]), undefined));
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rotateAtAnnotation } from "../../../../src/api/names.ts";
import { rotationRequest } from "../../../../src/cli/steer/rotation-request.ts";
import { parsedFleet } from "../../../objects/fleet.ts";

const time = "2026-11-29T12:00:00Z";
const fleet = (annotation?: string, handled?: string, metadata: object = {}) =>
  parsedFleet({
    metadata: {
      ...metadata,
      ...(annotation === undefined ? {} : { annotations: { [rotateAtAnnotation]: annotation } }),
    },
    status: handled === undefined ? {} : { lastHandledRotateAt: handled },
  });
const asked = (text: string) => ({ metadata: { annotations: { [rotateAtAnnotation]: text } } });

describe("a request for a move", () => {
  test("of all slots is a time", () =>
    assert.deepEqual(rotationRequest(fleet(), undefined, time), asked(time)));
  test("of one slot names it", () =>
    assert.deepEqual(rotationRequest(fleet(), 1, time), asked(`1@${time}`)));
  test("may follow one that was answered", () =>
    assert.deepEqual(rotationRequest(fleet("0@a", "0@a"), 1, time), asked(`1@${time}`)));

  const refused: Record<string, { of: ReturnType<typeof fleet>; slot?: number; says: RegExp }> = {
    "takes no other's place": { of: fleet("0@a"), says: /not carried out yet \("0@a"\)/ },
    "needs a slot that is there": {
      of: fleet(),
      slot: 2,
      says: /has no slot 2: it has 2, from 0 on/,
    },
    "is none for a fleet that goes": {
      of: fleet(undefined, undefined, { deletionTimestamp: time }),
      says: /is being deleted: nothing moves there/,
    },
  };
  for (const [name, { of, slot, says }] of Object.entries(refused))
    test(name, () =>
      assert.throws(() => rotationRequest(of, slot, time), {
        name: "SteeringError",
        message: says,
      }),
    );
});

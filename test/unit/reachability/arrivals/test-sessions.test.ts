import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TestSessions } from "../../../../src/reachability/arrivals/test-sessions.ts";
import { address, arrivals, control, failed, noon, report, worked } from "../build.ts";

describe("sessions of our own tests", () => {
  test("are taken off once, by address", () => {
    const sessions = new TestSessions();
    const other = "203.0.113.10";
    sessions.add([worked("a", -20), control(-10), failed("b", -5)], noon);
    sessions.add([worked("a", -1, { address: other })], noon);
    assert.deepEqual(
      [...sessions.take()],
      [
        [address, 2],
        [other, 1],
      ],
    );
    assert.equal(sessions.take().size, 0);
  });

  test("that were opened long before they are reported are nobody's of now", () => {
    const sessions = new TestSessions();
    sessions.add([worked("a", -301), worked("a", -300)], noon);
    assert.deepEqual([...sessions.take()], [[address, 1]]);
  });

  test("are not what people say, and not arrivals", () => {
    const sessions = new TestSessions();
    sessions.add([report("Page", -1), arrivals(-1)], noon);
    assert.equal(sessions.take().size, 0);
  });
});

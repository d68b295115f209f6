import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ticketSecretOf, ticketsEndAt } from "../../../src/proxy/ticket-secret.ts";
import { hours, minutes, plus } from "../../../src/values/time.ts";
import { noon } from "../rotation/build.ts";

const made = ticketSecretOf(undefined, "uid-0", { seed: "seed", now: plus(noon, minutes(20)) });

describe("a lane's ticket secret", () => {
  test("has 32 bytes", () => assert.equal(Buffer.from(made.secret, "base64").length, 32));

  test("is the same for a write that is tried again within the hour", () =>
    assert.deepEqual(
      ticketSecretOf(undefined, "uid-0", { seed: "seed", now: plus(noon, minutes(50)) }),
      made,
    ));

  test("is no other lane's, and no other hour's", () => {
    const others = [
      ticketSecretOf(undefined, "uid-1", { seed: "seed", now: noon }),
      ticketSecretOf(undefined, "uid-0", { seed: "seed", now: plus(noon, hours(1)) }),
      ticketSecretOf(undefined, "uid-0", { seed: "another", now: noon }),
    ];
    assert.equal(new Set([made, ...others].map(({ secret }) => secret)).size, 4);
  });

  test("stays for two to three days, and is then replaced by one that does not follow from it", () => {
    const end = ticketsEndAt(made, "uid-0");
    assert.ok(end >= plus(noon, hours(48)) && end <= plus(noon, hours(72)));
    const before = { seed: "later", now: plus(end, minutes(-1)) };
    assert.equal(ticketSecretOf(made, "uid-0", before), made);
    const next = ticketSecretOf(made, "uid-0", { seed: "later", now: end });
    assert.notEqual(next.secret, made.secret);
    assert.deepEqual(next, ticketSecretOf(undefined, "uid-0", { seed: "later", now: end }));
  });

  test("ends at another moment for each lane", () => {
    const ends = Array.from({ length: 20 }, (_, lane) => ticketsEndAt(made, `uid-${lane}`));
    assert.equal(new Set(ends).size, 20);
  });

  test("is replaced where nobody can read since when it is in use", () =>
    assert.notEqual(
      ticketSecretOf({ ...made, since: "once" }, "uid-0", { seed: "later", now: noon }).secret,
      made.secret,
    ));
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AddressView } from "../../../src/ledger/view.ts";
import { slotSharesOf } from "../../../src/share/slot-shares.ts";
import { type ShareKey, nameToken, pageToken } from "../../../src/share/tokens.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { at, dark, draining, entry } from "../rotation/build.ts";

const key = new Uint8Array(32).fill(7) as ShareKey;
const seat = { namespace: "proxies", fleet: "family", slot: 0 };

function sharesOf(
  entries: readonly AddressView[],
  spec: Readonly<Record<string, unknown>> = {},
  renewals = new Map<string, string>(),
) {
  return slotSharesOf({ fleet: parsedFleet({ spec }), entries, key, renewals });
}

describe("what a group is to know", () => {
  const serving = entry("203.0.113.9", { phaseSince: at(-60) });
  const shown = {
    host: "203.0.113.9",
    chatPort: 443,
    mediaPort: 587,
    chatTls: true,
    since: at(-60),
  };
  const cases: Record<
    string,
    { given: readonly AddressView[]; spec?: Readonly<Record<string, unknown>>; expect: unknown }
  > = {
    "is its published address, with its ports, and since when": { given: [serving], expect: shown },
    "is the newest of two that serve, as the status has it": {
      given: [entry("203.0.113.8", { ordinal: 1 }), { ...serving, ordinal: 2 }],
      expect: shown,
    },
    "is no address that is being made, drains, or is dark": {
      given: [
        entry("203.0.113.7", { phase: "Verifying" }),
        draining("203.0.113.8"),
        dark("203.0.113.6"),
      ],
      expect: undefined,
    },
    "is no address of another slot": { given: [{ ...serving, slot: 1 }], expect: undefined },
    "has the ports that the address was claimed with, whatever the spec says by now": {
      given: [
        {
          ...serving,
          ports: [
            { name: "media", port: 8587, targetPort: 1 },
            { name: "chat", port: 8443, targetPort: 2 },
          ],
        },
      ],
      expect: { ...shown, chatPort: 8443, mediaPort: 8587 },
    },
    "is its name, where links carry names": {
      given: [serving],
      spec: { share: { host: "Hostname" }, dns: { hostname: "{token}.example.org" } },
      expect: { ...shown, host: `${nameToken(key, seat)}.example.org` },
    },
    "is its address where there is a name, but links carry addresses": {
      given: [serving],
      spec: { dns: { hostname: "{token}.example.org" } },
      expect: shown,
    },
  };
  for (const [name, { given, spec, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(sharesOf(given, spec)[0]?.published, expect));

  test("is there for each slot, with a path of its own that says nothing of the address", () => {
    const addresses = { count: 3, pools: [{ name: "pool-a" }] };
    const [before, after] = [sharesOf([serving], { addresses }), sharesOf([], { addresses })];
    assert.deepEqual(
      before.map(({ seat: { slot } }) => slot),
      [0, 1, 2],
    );
    const paths = before.map(({ path }) => path);
    assert.equal(new Set(paths).size, 3);
    for (const path of paths) assert.match(path, /^[a-z2-7]{26}$/);
    assert.deepEqual(
      after.map(({ path }) => path),
      paths,
    );
  });

  test("has a path that follows its renewal, and a name that does not", () => {
    const names = { share: { host: "Hostname" }, dns: { hostname: "{token}.example.org" } };
    const [before] = sharesOf([serving], names);
    const [after] = sharesOf([serving], names, new Map([["proxies.family.0", "1 x"]]));
    assert.equal(after?.path, pageToken(key, seat, "1 x"));
    assert.notEqual(after.path, before?.path);
    assert.deepEqual(after.published, before?.published);
  });

  test("is for its fleet's audience", () => {
    const [share] = sharesOf([], { audience: { countries: ["IR", "AF"] } });
    assert.deepEqual(share?.countries, ["IR", "AF"]);
  });
});

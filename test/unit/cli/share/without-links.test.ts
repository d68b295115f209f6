import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../../src/api/fleet.ts";
import {
  type FleetLook,
  fleetNote,
  withoutAddress,
  withoutLinks,
} from "../../../../src/cli/share/without-links.ts";
import { fleet } from "../../../integration/samples.ts";

const key = { namespace: "proxies", name: "family" };

function found(changes: { spec?: object; status?: object; metadata?: object } = {}): FleetLook {
  const sample = fleet() as { metadata: object; spec: object };
  const parsed = parseWhatsAppProxy({
    ...sample,
    metadata: { ...sample.metadata, uid: "1", generation: 1, ...changes.metadata },
    spec: { ...sample.spec, ...changes.spec },
    status: changes.status ?? {},
  });
  assert.ok(parsed.ok);
  return { kind: "Found", fleet: parsed.value };
}

const slots = [
  { slot: 0, address: "203.0.113.9", burnt: 0, message: "serves" },
  { slot: 1, burnt: 0, message: "waits for the pool" },
];

describe("why there are no links", () => {
  const cases: Record<string, { look: FleetLook; expect: RegExp }> = {
    "there is no such fleet": {
      look: { kind: "Missing" },
      expect: /^there is no WhatsAppProxy proxies\/family: kubectl get wap -A/,
    },
    "it can't be seen": {
      look: { kind: "Unreadable", why: "you have no right to get it" },
      expect:
        /^there are no links in Secret proxies\/family-share, .*can't be read \(you have no right to get it\)/,
    },
    "it is being deleted": {
      look: found({ metadata: { deletionTimestamp: "2026-11-23T14:00:00Z" } }),
      expect: /is being deleted/,
    },
    "nothing is published yet": {
      look: found({ status: { slots: slots.slice(1) } }),
      expect:
        /has no published address yet: kubectl describe wap family -n proxies says what it waits for/,
    },
    "addresses serve, and no operator wrote the links": {
      look: found({ status: { slots } }),
      expect:
        /has addresses, but no links in Secret proxies\/family-share: .* too old .*Upgrade it/,
    },
  };
  for (const [name, { look, expect }] of Object.entries(cases))
    test(name, () => assert.match(withoutLinks(key, look), expect));
});

test("a slot without an address says what its fleet says of it", () => {
  const text = (slot: number, look: FleetLook) => withoutAddress(key, slot, look);
  assert.equal(
    text(1, found({ status: { slots } })),
    "slot 1 of WhatsAppProxy proxies/family has no published address yet: waits for the pool",
  );
  assert.match(
    text(1, { kind: "Unreadable", why: "" }),
    /: kubectl describe wap family -n proxies says why$/,
  );
});

test("who hands out links learns that nothing moves", () => {
  assert.match(
    fleetNote(key, found({ spec: { paused: true } })) ?? "",
    /is paused \(spec\.paused\)/,
  );
  assert.equal(fleetNote(key, found()), undefined);
  assert.equal(fleetNote(key, { kind: "Missing" }), undefined);
});

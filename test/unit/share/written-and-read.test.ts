import assert from "node:assert/strict";
import { test } from "node:test";
import { shareSecret } from "../../../src/share/secret.ts";
import { readSharedSlots } from "../../../src/share/shared-slots.ts";
import type { SlotShare } from "../../../src/share/slot-share.ts";
import { instant } from "../../../src/values/time.ts";
import { pathOf } from "../../objects/share-secret.ts";

const fleet = { namespace: "proxies", fleet: "family" };
const owner = { apiVersion: "proxyfleet.dev/v1alpha1", kind: "WhatsAppProxy", name: "x", uid: "1" };
const published = {
  chatPort: 444,
  mediaPort: 588,
  chatTls: true,
  since: instant(1_790_000_000_000),
};
const shares: readonly SlotShare[] = [
  {
    seat: { ...fleet, slot: 0 },
    path: pathOf("a"),
    countries: ["IR", "RU"],
    published: { ...published, host: "2001:db8::9" },
  },
  { seat: { ...fleet, slot: 1 }, path: pathOf("b"), countries: [], published: undefined },
];

test("what the operator writes into the Secret is what the command reads", () => {
  const { data = {} } = shareSecret({ ...fleet, owner }, { shares, pages: true });
  assert.deepEqual(readSharedSlots(data, fleet), { slots: shares, problems: [] });
});

test("without pages there are links all the same", () => {
  const { data = {} } = shareSecret({ ...fleet, owner }, { shares, pages: false });
  const [first, ...others] = readSharedSlots(data, fleet).slots;
  assert.deepEqual(
    [first?.path, first?.published?.host, others.length],
    [undefined, "2001:db8::9", 0],
  );
});

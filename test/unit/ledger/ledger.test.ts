import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { Ledger, shareOf } from "../../../src/ledger/ledger.ts";
import { formatIp, parseIp } from "../../../src/values/ip.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { entryObject } from "../../objects/ledger-entry.ts";

type Given = NonNullable<Parameters<typeof entryObject>[0]>;

let version = 0;
const entry = (address: string, { spec = {}, ...given }: Given = {}): CustomObject => {
  const metadata = liveMeta(`uid-${address}`, { resourceVersion: String(++version) });
  return entryObject({ address, metadata, spec, ...given });
};
const ofPool = (address: string, pool: string) => entry(address, { spec: { pool } });
const ofNamespace = (address: string, namespace: string) => {
  const claimRef = { namespace, name: "family", uid: "u1", slot: 0 };
  return entry(address, { spec: { claimRef } });
};

function ledgerOf(...entries: readonly CustomObject[]) {
  const store = new Store<CustomObject>({});
  for (const one of entries) store.recordWrite(one);
  return { store, ledger: new Ledger(store) };
}

/** All that a ledger says of these two pools and addresses. */
function saidBy(ledger: Ledger) {
  const names = (views: Iterable<{ readonly name: string }>) =>
    [...views].map(({ name }) => name).toSorted();
  return {
    all: names(ledger.all()),
    a: names(ledger.of("pool-a")),
    b: names(ledger.of("pool-b")),
    held: [...ledger.held].map(({ ip }) => formatIp(ip)),
    shares: ["pool-a", "pool-b"].map((pool) => ledger.heldBy("proxies", pool)),
  };
}

const nothing = { all: [], a: [], b: [], held: [], shares: [0, 0] };
const [nine, seven] = ["ip-203-0-113-9", "ip-203-0-113-7"];

describe("the ledger at a glance", () => {
  test("has the entries that were there before it", () =>
    assert.deepEqual(
      saidBy(ledgerOf(entry("203.0.113.9"), ofPool("203.0.113.7", "pool-b")).ledger),
      {
        all: [seven, nine],
        a: [nine],
        b: [seven],
        held: ["203.0.113.7", "203.0.113.9"],
        shares: [1, 1],
      },
    ));

  test("follows what comes and goes", () => {
    const { store, ledger } = ledgerOf(entry("203.0.113.9"));
    store.recordWrite(entry("203.0.113.7"));
    assert.deepEqual(saidBy(ledger), {
      all: [seven, nine],
      a: [seven, nine],
      b: [],
      held: ["203.0.113.7", "203.0.113.9"],
      shares: [2, 0],
    });
    store.replaceAll([], String(version + 1));
    assert.deepEqual(saidBy(ledger), nothing);
  });

  test("counts an entry that changed where it belongs now, and nowhere else", () => {
    const { store, ledger } = ledgerOf(entry("203.0.113.9"));
    store.recordWrite(ofPool("203.0.113.9", "pool-b"));
    assert.deepEqual(saidBy(ledger), {
      all: [nine],
      a: [],
      b: [nine],
      held: ["203.0.113.9"],
      shares: [0, 1],
    });
  });

  test("shows nobody an entry that can't be read any more, but counts what it holds", () => {
    const { store, ledger } = ledgerOf(entry("203.0.113.9"));
    store.recordWrite(entry("203.0.113.9", { spec: { want: "Dance" } }));
    assert.deepEqual(saidBy(ledger), { ...nothing, held: ["203.0.113.9"], shares: [1, 0] });
    store.replaceAll([], String(version + 1));
    assert.deepEqual(saidBy(ledger), nothing);
  });

  test("counts an entry that doesn't say whose it is against nobody", () => {
    const { ledger } = ledgerOf(entry("203.0.113.9", { spec: { claimRef: undefined } }));
    assert.deepEqual(saidBy(ledger), { ...nothing, held: ["203.0.113.9"] });
  });

  test("counts an entry whose provider has given no address yet, and holds none for it", () =>
    assert.deepEqual(
      saidBy(ledgerOf(entry("203.0.113.9", { spec: { address: undefined } })).ledger),
      {
        ...nothing,
        all: [nine],
        a: [nine],
        shares: [1, 0],
      },
    ));

  test("knows what each namespace has of a pool", () => {
    const { ledger } = ledgerOf(
      ofNamespace("203.0.113.7", "proxies"),
      ofNamespace("203.0.113.8", "other"),
      ofNamespace("203.0.113.9", "other"),
    );
    assert.deepEqual(
      ["proxies", "other", "nobody"].map((namespace) => ledger.heldBy(namespace, "pool-a")),
      [1, 2, 0],
    );
  });

  test("knows whether anybody holds an address", () => {
    const { ledger } = ledgerOf(entry("203.0.113.9"));
    const holds = (text: string) => ledger.holds(parseIp(text));
    assert.deepEqual([holds("203.0.113.9"), holds("203.0.113.8")], [true, false]);
  });
});

test("what a namespace holds of a pool has one name", () =>
  assert.equal(shareOf({ pool: "pool-a", namespace: "proxies" }), "pool-a proxies"));

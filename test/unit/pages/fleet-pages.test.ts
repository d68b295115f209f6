import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import type { CustomObject, Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { countriesOfSeat, followPages } from "../../../src/pages/io/fleet-pages.ts";
import type { PageIndex } from "../../../src/pages/io/page-index.ts";
import type { SlotShares } from "../../../src/share/io/slot-shares.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import { type FleetObject, fleetObject } from "../../objects/fleet.ts";
import { slotShare } from "../../objects/served-page.ts";
import { type SlotInSecret, shareSecret } from "../../objects/share-secret.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";

/** Caches that a test fills, and shares as a key and renewals give them. */
class Stage implements SlotShares {
  readonly fleets = new Store<CustomObject>();
  readonly addresses = new Store<CustomObject>(addressIndexes);
  readonly vantagePoints = new Store<CustomObject>();
  readonly secrets = new Store<Secret>();
  readonly index: PageIndex;
  key = "k";
  host = "203.0.113.9";
  #version = 1;
  #changed: () => void = () => undefined;

  constructor() {
    this.index = followPages(this, {
      shares: this,
      failed: (error) => assert.fail(String(error)),
    });
  }

  readonly of: SlotShares["of"] = ({ metadata: { name, namespace } }) => {
    const { published } = slotShare();
    const [seat, path] = [{ namespace, fleet: name, slot: 0 }, `${this.key}-${name}`];
    return [slotShare({ seat, path, published: { ...published!, host: this.host } })];
  };

  readonly ofUnreadable: SlotShares["ofUnreadable"] = ({ metadata: { name, namespace = "" } }) => {
    const seat = { namespace, fleet: name, slot: 0 };
    return [slotShare({ seat, path: `${this.key}-${name}-kept` })];
  };

  readonly onChange: SlotShares["onChange"] = (listener) => {
    this.#changed = listener;
  };

  rekey(key: string): void {
    this.key = key;
    this.#changed();
  }

  fleet(given: Parameters<typeof fleetObject>[0] = {}): FleetObject {
    return this.#put(
      this.fleets,
      fleetObject({ ...given, metadata: { uid: "u1", ...given.metadata } }),
    );
  }

  entry(given: Parameters<typeof entryObject>[0] = {}): void {
    const status = { phase: "Serving" };
    this.#put(this.addresses, entryObject({ status, ...given }));
  }

  vantagePoint(country: string): void {
    const spec = { country };
    this.#put(this.vantagePoints, vantagePointObject({ name: country.toLowerCase(), spec }));
  }

  /** Writes the fleet's share Secret as the leader does, with pages or without. */
  shared(...slots: readonly SlotInSecret[]): void {
    const fleet = { namespace: "proxies", name: "family" };
    const labels = { "proxyfleet.dev/fleet": fleet.name };
    const secret = shareSecret(fleet, slots) as Secret;
    const resourceVersion = String(this.#version++);
    const metadata = { ...secret.metadata, labels, resourceVersion };
    this.secrets.recordEvent("MODIFIED", { ...secret, metadata });
  }

  gone(fleet: FleetObject): void {
    fleet.metadata.resourceVersion = String(this.#version++);
    this.fleets.recordEvent("DELETED", fleet);
  }

  reported(path: string): string | undefined {
    const page = this.index.find(path);
    return page === undefined ? "no page" : page.reported;
  }

  #put<T extends CustomObject>(store: Store<CustomObject>, object: T): T {
    object.metadata.resourceVersion = String(this.#version++);
    store.recordEvent("MODIFIED", object);
    return object;
  }
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe("pages of fleets", () => {
  test("are there as soon as the fleet is, and gone as soon as it is", () => {
    assert.equal(stage.reported("/k-family"), "no page");
    const fleet = stage.fleet();
    assert.equal(stage.reported("/k-family"), "203.0.113.9");
    stage.gone(fleet);
    assert.equal(stage.reported("/k-family"), "no page");
  });

  test("are gone as soon as the leader ends their fleet, and there while its deletion is held", () => {
    stage.fleet();
    stage.shared({ page: "a", host: "203.0.113.9" });
    stage.fleet({ metadata: { deletionTimestamp: "2026-11-23T12:00:00Z" } });
    assert.ok(stage.index.find("/k-family"));
    stage.shared();
    assert.equal(stage.reported("/k-family"), "no page");
  });

  test("have other paths as soon as the key or a renewal says so", () => {
    stage.fleet();
    assert.ok(stage.index.find("/k-family"));
    stage.rekey("l");
    assert.equal(stage.reported("/k-family"), "no page");
    assert.equal(stage.reported("/l-family"), "203.0.113.9");
  });

  test("have no button where the fleet hears nobody", () => {
    stage.fleet({ spec: { reachability: { people: "Ignore" } } });
    assert.equal(stage.reported("/k-family"), undefined);
  });

  test("report the address behind a name, as the ledger has it", () => {
    stage.host = "t.example.org";
    stage.fleet();
    assert.equal(stage.reported("/k-family"), undefined);
    stage.entry();
    assert.equal(stage.reported("/k-family"), "203.0.113.9");
  });

  test("that can't be read are those that it had, without a button, and the others are there", () => {
    stage.fleet({ name: "odd", spec: { replicas: "many" } });
    stage.fleet();
    assert.equal(stage.reported("/k-odd"), "no page");
    assert.equal(stage.reported("/k-odd-kept"), undefined);
    assert.equal(stage.reported("/k-family"), "203.0.113.9");
  });
});

test("a fleet that can't be read any more and is on its way out has pages until it is ended", () => {
  const ending = { deletionTimestamp: "2026-11-23T12:00:00Z" };
  const spec = { replicas: "many" };
  stage.fleet({ spec, metadata: ending });
  assert.equal(stage.reported("/k-family-kept"), "no page");
  stage.shared({ page: "a", host: "203.0.113.9" });
  assert.ok(stage.index.find("/k-family-kept"));
});

describe("whose verdicts count for what a page reports", () => {
  const { seat } = slotShare();

  test("are the countries of the fleet's audience", () => {
    stage.fleet({ spec: { audience: { countries: ["IR", "AF"] } } });
    assert.deepEqual(countriesOfSeat(seat, stage), ["IR", "AF"]);
  });

  test("or all with a vantage point, where it names none", () => {
    stage.fleet();
    stage.vantagePoint("RU");
    assert.deepEqual(countriesOfSeat(seat, stage), ["RU"]);
  });

  test("are none where the fleet is gone", () =>
    assert.deepEqual(countriesOfSeat(seat, stage), []));
});

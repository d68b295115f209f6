import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import { withoutPages } from "../../../src/cluster/kept-secret.ts";
import type { CustomObject, Secret } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { slotSharesIn } from "../../../src/share/io/slot-shares.ts";
import { keySecret } from "../../../src/share/key-secret.ts";
import { shareSecret } from "../../../src/share/secret.ts";
import { type ShareKey, pageToken } from "../../../src/share/tokens.ts";
import { fleetObject, parsedFleet } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";

const key = new Uint8Array(32).fill(7) as ShareKey;
const operatorNamespace = "proxyfleet-system";
const metadata = { uid: "u1" };
const seat = { namespace: "proxies", fleet: "family", slot: 0 };
const owner = { apiVersion: "proxyfleet.dev/v1alpha1", kind: "WhatsAppProxy" };
const child = {
  namespace: "proxies",
  fleet: "family",
  owner: { ...owner, name: "family", uid: "u1" },
};

/** Caches in which the leader has written what a readable fleet's groups are to know. */
class Stage {
  readonly addresses = new Store<CustomObject>(addressIndexes);
  readonly ownSecrets = new Store<Secret>();
  readonly secrets = new Store<Secret>();
  readonly shares = slotSharesIn(this, operatorNamespace);
  #version = 1;

  constructor() {
    this.put(this.ownSecrets, keySecret(operatorNamespace, key));
    this.address("203.0.113.9", "Serving");
  }

  address(address: string, phase: "Serving" | "Draining"): void {
    this.put(this.addresses, entryObject({ address, status: { phase, address } }));
  }

  /** As the leader writes it, and a cache keeps it. */
  writes(spec: Readonly<Record<string, unknown>> = {}): Secret {
    const fleet = parsedFleet({ metadata, spec });
    const content = { shares: this.shares.of(fleet), pages: fleet.spec.share.page };
    const secret = shareSecret(child, content);
    this.put(this.secrets, withoutPages(secret));
    return secret;
  }

  /** What is left of its pages. */
  kept() {
    return this.shares.ofUnreadable(fleetObject({ metadata, spec: { replicas: "many" } }));
  }

  put<T extends CustomObject | Secret>(store: Store<T>, object: T): void {
    const resourceVersion = String(this.#version++);
    store.recordEvent("MODIFIED", { ...object, metadata: { ...object.metadata, resourceVersion } });
  }
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe("the pages of a fleet that can't be read any more", () => {
  test("are those that it had, and show the same", () => {
    stage.writes({ audience: { countries: ["IR", "AF"] } });
    const readable = parsedFleet({ metadata, spec: { audience: { countries: ["IR", "AF"] } } });
    assert.deepEqual(stage.kept(), stage.shares.of(readable));
    assert.equal(stage.kept()[0]?.published?.host, "203.0.113.9");
  });

  test("show a name where links carried one", () => {
    const spec = { share: { host: "Hostname" }, dns: { hostname: "{token}.example.org" } };
    stage.writes(spec);
    assert.match(stage.kept()[0]?.published?.host ?? "", /^[a-z2-7]{26}\.example\.org$/);
  });

  test("show the address by now, and none where none is published", () => {
    stage.writes();
    stage.address("203.0.113.9", "Draining");
    stage.address("203.0.113.10", "Serving");
    assert.equal(stage.kept()[0]?.published?.host, "203.0.113.10");
    stage.address("203.0.113.10", "Draining");
    assert.ok(stage.kept().every(({ published }) => published === undefined));
  });

  test("are none where it had none, or its Secret is gone", () => {
    assert.deepEqual(stage.kept(), []);
    stage.writes({ share: { page: false } });
    assert.deepEqual(stage.kept(), []);
  });

  test("are nobody else's, whatever somebody wrote into the Secret", () => {
    const { data = {}, ...secret } = stage.writes();
    const path = pageToken(key, { ...seat, fleet: "friends" });
    const forged = { ...data, "slot-0.path": Buffer.from(path).toString("base64") };
    stage.put(stage.secrets, { ...secret, data: forged });
    assert.deepEqual(
      stage.kept().map((share) => share.seat.slot),
      [1],
    );
  });
});

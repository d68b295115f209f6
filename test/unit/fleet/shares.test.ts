import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { withoutPages } from "../../../src/cluster/kept-secret.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import { hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import type { Effect, StatusEffect } from "../../../src/runtime/effect.ts";
import { keySecret, readKeySecret } from "../../../src/share/key-secret.ts";
import { formatInstant, millis, plus } from "../../../src/values/time.ts";
import { noon } from "../rotation/build.ts";
import { entry, fleet, planFor } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const next = entry("203.0.113.2", { lane: 1, want: "Serve", phase: "Serving" });
const newest = { ...next, spec: { ...next.spec, ordinal: 5 } };

const secretOfKey = keySecret("proxyfleet-system", new Uint8Array(32).fill(7));
const metadata = { ...secretOfKey.metadata, uid: "key", resourceVersion: "3" };
const shareSecrets = readKeySecret({ ...secretOfKey, metadata });

type Given = Partial<ObservedFleet> & { readonly annotations?: Record<string, string> };

/** The plan's effects, where the key is known. */
function effectsOf(
  entries: readonly ProxyAddress[],
  { annotations, ...given }: Given = {},
): readonly Effect[] {
  const raw = { ...fleet, metadata: { ...fleet.metadata, annotations: annotations ?? {} } };
  const live = { raw, parsed: parseWhatsAppProxy(raw) };
  return planFor(entries, { shareSecrets, ...live, ...given }).effects;
}

function effect(effects: readonly Effect[], id: string): Effect | undefined {
  return effects.find((one) => one.id === id);
}

function secretIn(effects: readonly Effect[]): Secret | undefined {
  const found = effect(effects, "share secret");
  return found?.kind === "apply" ? found.object : undefined;
}

function fieldIn(secret: Secret | undefined, field: string): string | undefined {
  const value = secret?.data?.[`slot-0.${field}`];
  return value === undefined ? undefined : Buffer.from(value, "base64").toString();
}

/** As a cache has it once it was written. */
function written(secret: Secret | undefined): ObservedFleet["children"] {
  assert.ok(secret !== undefined);
  const annotations = { "proxyfleet.dev/applied-hash": hashOfObject(secret) };
  const share = withoutPages({
    ...secret,
    metadata: { ...secret.metadata, annotations, uid: "s", resourceVersion: "1" },
  });
  const none = undefined;
  return { secret: none, deployment: none, disruptionBudget: none, networkPolicy: none, share };
}

describe("the Secret with what groups are to know", () => {
  test("is written in the plan that publishes an address, and names the address that the status names", () => {
    const effects = effectsOf([serving]);
    const status = effect(effects, "status");
    assert.ok(status?.kind === "status");
    const { slots } = status.status as FleetStatus;
    assert.equal(slots[0]?.address, "203.0.113.1");
    assert.equal(fieldIn(secretIn(effects), "host"), "203.0.113.1");
  });

  test("follows a move in the plan that publishes the next address", () => {
    const children = written(secretIn(effectsOf([serving])));
    assert.equal(secretIn(effectsOf([serving], { children })), undefined, "nothing changed");
    const moved = secretIn(effectsOf([serving, newest], { children }));
    assert.equal(fieldIn(moved, "host"), "203.0.113.2");
  });

  test("is written although a lane still waits for its certificate", () =>
    assert.ok(secretIn(effectsOf([serving], { certificates: new Map() })) !== undefined));

  test("waits for no other effect, and holds up none", () => {
    const effects = effectsOf([serving]);
    assert.deepEqual(effect(effects, "share secret")?.needs, []);
    assert.ok(!effects.some(({ needs = [] }) => needs.includes("share secret")));
  });

  test("is a secret to whatever writes it, and so is the key's: a refusal may quote them", () => {
    const annotations = { "proxyfleet.dev/renew-page": "leaked" };
    const ending = { ...fleet.metadata, deletionTimestamp: formatInstant(noon) };
    const raw = { ...fleet, metadata: { ...ending, finalizers: ["example.org/other"] } };
    const children = written(secretIn(effectsOf([serving])));
    const gone = { raw, parsed: parseWhatsAppProxy(raw), shareSecrets, children };
    const plans = [effectsOf([serving], { annotations }), planFor([serving], gone).effects];
    const secrets = plans.flat().filter((effect) => "of" in effect && effect.of.holdsSecrets);
    assert.deepEqual(
      secrets.map(({ id }) => id),
      ["secret", "renewal of pages", "share secret", "secret", "share secret"],
    );
  });

  test("has a path and nothing else while nothing is published", () => {
    const secret = secretIn(effectsOf([{ ...serving, status: { phase: "Verifying" } } as never]));
    assert.deepEqual(Object.keys(secret?.data ?? {}), ["slot-0.path"]);
  });

  test("waits for a new fleet's first address, so that it is written once, but no longer than half a minute", () => {
    const verifying = { ...serving, status: { phase: "Verifying" } } as never;
    const bornAgo = (seconds: number) => {
      const creationTimestamp = formatInstant(plus(noon, millis(-seconds * 1_000)));
      const raw = { ...fleet, metadata: { ...fleet.metadata, creationTimestamp } };
      return { raw, parsed: parseWhatsAppProxy(raw), shareSecrets };
    };
    const young = planFor([verifying], bornAgo(20));
    assert.equal(secretIn(young.effects), undefined);
    assert.ok((young.requeueAt ?? Infinity) <= plus(noon, millis(10_000)), "it is looked at again");
    assert.ok(secretIn(planFor([verifying], bornAgo(30)).effects) !== undefined);
    assert.ok(
      secretIn(planFor([verifying], bornAgo(-3_600)).effects) !== undefined,
      "clocks differ",
    );
    assert.ok(secretIn(planFor([serving], bornAgo(1)).effects) !== undefined);
  });

  test("is left alone while the key is not known: another key gives other paths", () => {
    const children = written(secretIn(effectsOf([serving])));
    const given = { shareSecrets: undefined, children };
    assert.equal(secretIn(effectsOf([serving, newest], given)), undefined);
  });

  test("is what ChildrenApplied is about while its key is not known, with the reason", () => {
    const raw = { ...fleet, status: {} };
    const given = { raw, parsed: parseWhatsAppProxy(raw), shareSecrets: undefined };
    const found = (shareKeyTrouble: string) => {
      const { effects } = planFor([serving], { ...given, shareKeyTrouble });
      const effect = effects.find(({ kind }) => kind === "status") as StatusEffect;
      const { conditions } = effect.status as unknown as FleetStatus;
      return conditions.find(({ type }) => type === "ChildrenApplied");
    };
    assert.equal(found("")?.status, "True");
    const { status, reason, message = "" } = found("the Secret is gone: put it back") ?? {};
    assert.deepEqual([status, reason], ["False", "ShareKeyUnknown"]);
    assert.match(message, /may not follow a move: the Secret is gone: put it back/);
  });

  test("is put right where somebody changed it", () => {
    const children = written(secretIn(effectsOf([serving])));
    const { share } = children;
    assert.ok(share !== undefined);
    const theirs = { ...share, data: { ...share.data, "slot-0.host": btoa("203.0.113.66") } };
    const effects = effectsOf([serving], { children: { ...children, share: theirs } });
    assert.equal(fieldIn(secretIn(effects), "host"), "203.0.113.1");
  });

  test("has nothing left once the fleet is being deleted", () => {
    const children = written(secretIn(effectsOf([serving])));
    const ending = { ...fleet.metadata, deletionTimestamp: formatInstant(noon) };
    const raw = { ...fleet, metadata: { ...ending, finalizers: ["example.org/other"] } };
    const given = { raw, parsed: parseWhatsAppProxy(raw), shareSecrets };
    assert.deepEqual(secretIn(planFor([serving], { ...given, children }).effects)?.data, {});
    assert.equal(secretIn(planFor([serving], given).effects), undefined, "and is not made then");
  });
});

test("the Secret and the status name the same address, whatever the ledger holds", () => {
  const states = fc.constantFrom(
    ...(["Provisioning", "Verifying", "Serving"] as const).map(
      (phase) => ["Serve", phase] as const,
    ),
    ["Drain", "Serving"] as const,
    ["Drain", "Draining"] as const,
    ["Quarantine", "Serving"] as const,
    ["Quarantine", "Quarantined"] as const,
  );
  const histories = fc.array(fc.tuple(states, fc.nat(3)), { maxLength: 5 });
  fc.assert(
    fc.property(histories, (history) => {
      const entries = history.map(([[want, phase], ordinal], lane) => {
        const made = entry(`203.0.113.${lane}`, { lane, want, phase });
        return { ...made, spec: { ...made.spec, ordinal } };
      });
      const effects = effectsOf(entries);
      const status = effect(effects, "status");
      assert.ok(status?.kind === "status");
      const [slot] = (status.status as FleetStatus).slots;
      assert.equal(fieldIn(secretIn(effects), "host"), slot?.address);
    }),
    { numRuns: 60 },
  );
});

describe("the annotation renew-page", () => {
  const annotations = { "proxyfleet.dev/renew-page": "leaked" };

  test("changes one field of the key's Secret, in the state that was seen", () => {
    const effects = effectsOf([serving], { annotations });
    const patch = effect(effects, "renewal of pages");
    assert.ok(patch?.kind === "patch");
    assert.deepEqual(
      [patch.key, patch.metadata, patch.state],
      [
        { namespace: "proxyfleet-system", name: "proxyfleet-share-key" },
        {},
        { uid: "key", resourceVersion: "3" },
      ],
    );
    assert.deepEqual(Object.keys(patch.data ?? {}), ["proxies.family.0"]);
  });

  test("keeps nothing that was published from the group, though it may be refused", () => {
    const effects = effectsOf([serving], { annotations });
    assert.deepEqual(secretIn(effects), secretIn(effectsOf([serving])));
    assert.deepEqual(effect(effects, "share secret")?.needs, []);
  });

  /** The key's Secret once the renewal was written. */
  function noted() {
    const patch = effect(effectsOf([serving], { annotations }), "renewal of pages");
    assert.ok(patch?.kind === "patch");
    return readKeySecret({
      ...secretOfKey,
      metadata,
      data: { ...secretOfKey.data, ...patch.data },
    });
  }

  test("gives another path in the next pass, and changes nothing else", () => {
    const [before, after] = [
      secretIn(effectsOf([serving])),
      secretIn(effectsOf([serving], { annotations, shareSecrets: noted() })),
    ];
    const { "slot-0.path": old, ...rest } = before?.data ?? {};
    const { "slot-0.path": renewed, ...others } = after?.data ?? {};
    assert.ok(old !== undefined && renewed !== undefined && old !== renewed);
    assert.deepEqual(others, rest);
  });

  test("is reported without the path", () => {
    const effects = effectsOf([serving], { annotations });
    const event = effect(effects, "event of renewal of pages");
    assert.ok(event?.kind === "event");
    assert.deepEqual(
      event.notes.map(({ reason }) => reason),
      ["PageRenewed"],
    );
    const path = fieldIn(secretIn(effects), "path");
    assert.ok(path !== undefined && !JSON.stringify(event.notes).includes(path));
  });

  test("is done once", () => {
    const again = effectsOf([serving], { annotations, shareSecrets: noted() });
    assert.equal(effect(again, "renewal of pages"), undefined);
  });

  test("is said to have no effect where it names no slot of the fleet", () => {
    const wrong = { "proxyfleet.dev/renew-page": "7@leaked" };
    const effects = effectsOf([serving], { annotations: wrong });
    assert.equal(effect(effects, "renewal of pages"), undefined);
    const status = effect(effects, "status");
    assert.ok(status?.kind === "status");
    const { conditions } = status.status as FleetStatus;
    const found = conditions.find(({ type }) => type === "FieldsWithoutEffect");
    assert.deepEqual([found?.status, found?.reason], ["True", "RenewalRefused"]);
  });
});

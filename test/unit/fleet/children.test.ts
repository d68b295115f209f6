import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { appliedMarks } from "../../../src/api/names.ts";
import type { Children, ObservedFleet } from "../../../src/fleet/observed.ts";
import { hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { KubeObject, Pod, Secret } from "../../../src/kubernetes/objects.ts";
import { secretRevision } from "../../../src/proxy/lane-certificates.ts";
import { podObject } from "../../objects/pod.ts";
import { entry, fleet, planFor } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const created = "2026-11-23T11:00:00Z";
const [older, younger] = ["2026-11-23T10:00:00Z", "2026-11-23T11:30:00Z"];
const childIds = ["secret", "deployment", "disruption budget", "network policy"];

/** What a plan applies under these ids. */
function applied(given: Partial<ObservedFleet> = {}, entries = [serving]) {
  const { effects } = planFor(entries, given);
  return effects.flatMap((effect) => (effect.kind === "apply" ? [effect] : []));
}

/** The children as the API server has them once the first plan was applied. */
function live(
  change: (object: KubeObject, id: string) => KubeObject = (object) => object,
): Children {
  const made = new Map<string, KubeObject>(
    applied().map(({ id, object }) => {
      const { metadata } = object;
      const annotations = { ...metadata.annotations, [appliedMarks.hash]: hashOfObject(object) };
      const stored = { ...metadata, annotations, uid: `uid of ${id}`, creationTimestamp: created };
      return [id, change({ ...object, metadata: stored }, id)];
    }),
  );
  const [secret, deployment, disruptionBudget, networkPolicy] = childIds.map((id) => made.get(id));
  return { secret, deployment, disruptionBudget, networkPolicy } as Children;
}

const idsOf = (effects: readonly { readonly id: string }[]) =>
  effects.map(({ id }) => id).filter((id) => childIds.includes(id));

describe("what the fleet's controller makes", () => {
  const uncertified = new Map<string, never>();

  test("is all made where it is missing", () => assert.deepEqual(idsOf(applied()), childIds));

  test("is each of its kind, and goes with the fleet, which waits for it", () => {
    const made = applied().filter(({ id }) => childIds.includes(id));
    assert.deepEqual(
      made.map(({ object: { kind } }) => kind),
      ["Secret", "Deployment", "PodDisruptionBudget", "NetworkPolicy"],
    );
    const owner = {
      apiVersion: "proxyfleet.dev/v1alpha1",
      kind: "WhatsAppProxy",
      name: "family",
      uid: "u1",
      controller: true,
      blockOwnerDeletion: true,
    };
    for (const { object, fieldManager } of made) {
      const { name, namespace, ownerReferences } = object.metadata;
      assert.deepEqual([name, namespace, ownerReferences], ["family-proxy", "proxies", [owner]]);
      assert.equal(fieldManager, "proxyfleet-fleet");
    }
  });

  test("lets the operator in, and those who watch", () => {
    const settings = {
      proxyImage: "proxyfleet/proxy:test",
      operatorNamespace: "operators",
      monitoringNamespaces: ["monitors"],
    };
    const policy = applied({ settings }).find(({ id }) => id === "network policy");
    const text = JSON.stringify(policy?.object);
    assert.deepEqual(
      ["operators", "monitors"].map((name) => text.includes(name)),
      [true, true],
    );
  });

  test("is left alone where it is as it should be, in every pass", () => {
    const children = live();
    const passes = [1, 2].map(() => idsOf(applied({ children, certificates: uncertified })));
    assert.deepEqual(passes, [[], []]);
  });

  test("is mended where somebody edited it, also in a pass after it was as it should be", () => {
    const children = live();
    assert.deepEqual(idsOf(applied({ children })), []);
    const edited = live((object, id) => (id === "deployment" ? { ...object, spec: {} } : object));
    assert.deepEqual(idsOf(applied({ children: edited })), ["deployment"]);
  });

  test("is made again where it was made from other fields, or nobody knows from which", () => {
    const unmarked = live((object, id) =>
      id === "network policy" ? { ...object, metadata: { name: object.metadata.name } } : object,
    );
    assert.deepEqual(idsOf(applied({ children: unmarked })), ["network policy"]);
  });

  test("is made again where the operator's settings change", () => {
    const settings = {
      proxyImage: "proxyfleet/proxy:next",
      operatorNamespace: "proxyfleet-system",
    };
    const children = live();
    assert.deepEqual(idsOf(applied({ children })), []);
    assert.deepEqual(idsOf(applied({ children, settings })), ["deployment"]);
  });

  test("is the Secret alone while the fleet is being deleted: its lanes are to close", () => {
    const raw = { ...fleet, metadata: { ...fleet.metadata, deletionTimestamp: younger } };
    assert.deepEqual(idsOf(applied({ raw, parsed: parseWhatsAppProxy(raw) })), ["secret"]);
  });

  test("gives each lane the certificate that was made for its entry", () => {
    const other = entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" });
    const certificates = new Map(
      [serving, other].map(({ metadata: { uid } }, index) => [
        uid,
        { pem: `pem of ${uid}`, sha256: String(index).repeat(64) },
      ]),
    );
    const pemsIn = (object: KubeObject | undefined) =>
      ["lane-0.pem", "lane-1.pem"].map((file) =>
        Buffer.from((object as Secret).data?.[file] ?? "", "base64").toString(),
      );
    const secretOf = (effects: ReturnType<typeof applied>) =>
      effects.find(({ id }) => id === "secret");
    const made = secretOf(applied({ certificates }, [serving, other]));
    assert.deepEqual(pemsIn(made?.object), ["pem of uid-0", "pem of uid-1"]);
    // A third lane changes the Secret: the certificates that it has stay as they are.
    const third = entry("203.0.113.3", { lane: 2, want: "Drain", phase: "Draining" });
    const children = { ...live(), secret: made?.object as Secret };
    const newer = { pem: "newer", sha256: "f".repeat(64) };
    const renewed = new Map(["uid-0", "uid-1", "uid-2"].map((uid) => [uid, newer]));
    const next = applied({ children, certificates: renewed }, [serving, other, third]);
    assert.deepEqual(pemsIn(secretOf(next)?.object), ["pem of uid-0", "pem of uid-1"]);
  });

  test("keeps the certificate of a lane as long as it serves the same entry", () => {
    const children = live();
    const { asks } = planFor([serving], { children, certificates: uncertified });
    assert.deepEqual(asks, []);
    const next = entry("203.0.113.2", { lane: 0, want: "Serve", phase: "Serving" });
    const renewed = { ...next, metadata: { ...next.metadata, uid: "uid-next" } };
    const plan = planFor([renewed], { children, certificates: uncertified });
    assert.deepEqual(plan.asks, [{ kind: "certificate", uid: "uid-next" }]);
    const moved = entry("203.0.113.1", { lane: 1, want: "Serve", phase: "Serving" });
    const onOther = { ...moved, metadata: { ...moved.metadata, uid: "uid-0" } };
    const other = planFor([onOther], { children, certificates: uncertified });
    assert.deepEqual(other.asks, [{ kind: "certificate", uid: "uid-0" }]);
  });
});

describe("a pod learns at once of a new Secret", () => {
  const runs = (creationTimestamp: string, given: Partial<Pod["metadata"]> = {}) =>
    podObject({
      name: "p-1",
      metadata: { uid: "p1", resourceVersion: "9", creationTimestamp, ...given },
      status: { phase: "Running" },
    });
  /** The annotations that a plan puts on pods, with what they wait for. */
  const annotated = (pods: readonly Pod[], children = live(), entries = [serving]) =>
    applied({ pods, children }, entries).filter(({ id }) => id.startsWith("pod "));
  /** A Secret that has changed since it was made. */
  const changed = () =>
    live((object, id) => {
      if (id !== "secret") return object;
      const { "proxyfleet.dev/first-revision": _, ...annotations } = object.metadata.annotations!;
      return { ...object, metadata: { ...object.metadata, annotations } };
    });
  const revision = secretRevision(live().secret) ?? "";
  const knows = { annotations: { "proxyfleet.dev/config-revision": revision } };

  const cases: Record<string, { pod: Pod; children?: Children; isAnnotated: boolean }> = {
    "where it is older than the Secret": { pod: runs(older), isAnnotated: true },
    "not where it started with a Secret that never changed": {
      pod: runs(younger),
      isAnnotated: false,
    },
    "not where it started in the same second": { pod: runs(created), isAnnotated: false },
    "where it is younger than a Secret that has changed since": {
      pod: runs(younger),
      children: changed(),
      isAnnotated: true,
    },
    "where the Secret came back to what it was at first": {
      pod: runs(younger, { annotations: { "proxyfleet.dev/config-revision": "in between" } }),
      children: changed(),
      isAnnotated: true,
    },
    "where it began while the Secret was another for a while": {
      pod: runs(younger),
      children: changed(),
      isAnnotated: true,
    },
    "not where it was annotated already": { pod: runs(older, knows), isAnnotated: false },
    "not before it runs": {
      pod: { ...runs(older), status: { phase: "Pending" } },
      isAnnotated: false,
    },
    "not before anybody looked at it": {
      pod: podObject({ name: "p-1", metadata: { creationTimestamp: older } }),
      isAnnotated: false,
    },
  };
  for (const [name, { pod, children, isAnnotated }] of Object.entries(cases))
    test(name, () => assert.equal(annotated([pod], children).length > 0, isAnnotated));

  test("so that a Secret that has changed never again counts as one that never did", () => {
    const firstOf = (children: Children, entries = [serving]) => {
      const secret = applied({ children }, entries).find(({ id }) => id === "secret")?.object;
      const annotations = secret?.metadata.annotations ?? {};
      return { secret, first: annotations["proxyfleet.dev/first-revision"] };
    };
    const more = [serving, entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" })];
    const { secret: changedOnce, first } = firstOf(live(), more);
    assert.ok(changedOnce !== undefined);
    assert.equal(first, undefined);
    const back = firstOf({ ...live(), secret: changedOnce });
    assert.equal(secretRevision(back.secret as Secret), revision);
    assert.equal(back.first, undefined);
  });

  test("in the state that was seen, and without harm where that fails", () => {
    const [effect] = annotated([runs(older)]);
    assert.ok(effect !== undefined);
    assert.deepEqual(effect.object, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "p-1",
        namespace: "proxies",
        annotations: { "proxyfleet.dev/config-revision": revision },
      },
    });
    const { state, fieldManager, subresource, optional, needs } = effect;
    assert.deepEqual(
      { state, fieldManager, subresource, optional, needs },
      {
        state: { uid: "p1", resourceVersion: "9" },
        fieldManager: "proxyfleet-pods",
        subresource: "status",
        optional: true,
        needs: [],
      },
    );
  });

  test("once that is written, where it is written now", () => {
    const more = [serving, entry("203.0.113.2", { lane: 1, want: "Drain", phase: "Draining" })];
    const [effect] = annotated([runs(older, knows)], live(), more);
    assert.deepEqual(effect?.needs, ["secret"]);
    assert.notEqual(
      effect.object.metadata.annotations?.["proxyfleet.dev/config-revision"],
      revision,
    );
  });

  test("not where there was none when it started: it waits for its first", () => {
    const children = { ...live(), secret: undefined };
    assert.deepEqual(annotated([runs(older)], children), []);
  });
});

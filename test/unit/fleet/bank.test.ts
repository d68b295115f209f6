import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { decideFleet } from "../../../src/fleet/decide.ts";
import type { ObservedFleet } from "../../../src/fleet/observed.ts";
import type { Pod, Secret } from "../../../src/kubernetes/objects.ts";
import type { PodAnswer } from "../../../src/pods/answer.ts";
import { boundLanes } from "../../../src/proxy/lane-certificates.ts";
import type { Instant } from "../../../src/values/time.ts";
import { fleetObject, fleetUid } from "../../objects/fleet.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { podObject } from "../../objects/pod.ts";
import { at, noon } from "../rotation/build.ts";
import { entry, observed } from "./observed-fleet.ts";

type Entry = ReturnType<typeof entry>;

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });
const draining = (lane: number) =>
  entry(`203.0.113.${lane + 1}`, { lane, want: "Drain", phase: "Draining" });
/** It went dark an hour ago. */
const dark = (lane: number) =>
  entry(`203.0.113.${lane + 1}`, { lane, want: "Quarantine", phase: "Quarantined" });

function fleetOf(count: number, deletionTimestamp?: string) {
  const metadata = liveMeta(fleetUid, deletionTimestamp === undefined ? {} : { deletionTimestamp });
  return fleetObject({
    metadata: { ...metadata, finalizers: ["proxyfleet.dev/quarantine-addresses"] },
    spec: { addresses: { count, pools: [{ name: "pool-a" }] } },
  });
}

function planOf(
  count: number,
  entries: readonly Entry[],
  { now = noon, ...given }: Partial<ObservedFleet> & { readonly now?: Instant } = {},
) {
  const raw = given.raw ?? fleetOf(count);
  const seen = observed(entries, { raw, parsed: parseWhatsAppProxy(raw), ...given });
  return decideFleet(seen, { now, random: () => 0.5 });
}

/** The Secret that a plan writes, if it writes one. */
function secretOf(plan: ReturnType<typeof planOf>): Secret | undefined {
  const effect = plan.effects.find(({ id }) => id === "secret");
  return effect?.kind === "apply" ? effect.object : undefined;
}

const withSecret = (secret: Secret | undefined): ObservedFleet["children"] => ({
  ...observed([]).children,
  secret,
});

const running = (name: string, given: Partial<Pod["metadata"]> = {}) =>
  podObject({ name, metadata: given, status: { phase: "Running" } });
const pods = ["p-1", "p-2"].map((name) => running(name));

/** What a pod with a session on each of these lanes answers: lanes that are closed are there too. */
const answer = (bank: number, busy: readonly number[], when: Instant = noon): PodAnswer => ({
  at: when,
  status: {
    revision: "r",
    lanes: Array.from({ length: bank }, (_, lane) => ({
      lane,
      open: false,
      sessions: busy.includes(lane) ? 1 : 0,
    })),
  },
});
const answers = (...given: readonly (PodAnswer | undefined)[]): ObservedFleet["answers"] =>
  new Map(given.flatMap((one, index) => (one === undefined ? [] : [[`p-${index + 1}`, one]])));

describe("the bank of a fleet that shrinks from four slots to one", () => {
  const large = secretOf(planOf(4, [serving]));
  const children = withSecret(large);
  const calm = answer(16, []);
  /** How many lanes pods bind then: 16 before, and 4 are enough. */
  const bankOf = (entries: readonly Entry[], given: Partial<ObservedFleet> = {}) =>
    boundLanes(secretOf(planOf(1, entries, { children, pods, ...given })) ?? large);

  const cases: Record<string, { given: ReturnType<typeof bankOf>; expect: number }> = {
    "stays while a drain goes on up there": {
      given: bankOf([serving, draining(12)], { answers: answers(calm, calm) }),
      expect: 16,
    },
    "does not follow each drain that ends": {
      given: bankOf([serving, draining(6), dark(12)], { answers: answers(calm, calm) }),
      expect: 16,
    },
    "shrinks once the last one has ended, and no session is left there": {
      given: bankOf([serving, dark(12)], { answers: answers(calm, calm) }),
      expect: 4,
    },
    "stays while one pod has a session there": {
      given: bankOf([serving, dark(12)], { answers: answers(calm, answer(16, [4])) }),
      expect: 16,
    },
    "shrinks whatever goes on in the lanes that stay": {
      given: bankOf([serving, dark(12)], { answers: answers(calm, answer(16, [0, 3])) }),
      expect: 4,
    },
    "stays while a pod is silent: what is not known is not nothing": {
      given: bankOf([serving, dark(12)], { answers: answers(calm) }),
      expect: 16,
    },
    "stays while nobody has asked a moment ago": {
      given: bankOf([serving, dark(12)], { answers: answers(calm, answer(16, [], at(-60))) }),
      expect: 16,
    },
    "waits for no pod that goes: it takes no other configuration": {
      given: bankOf([serving], {
        pods: [...pods, running("p-3", { deletionTimestamp: "2026-11-23T12:05:00Z" })],
        answers: answers(calm, calm),
      }),
      expect: 4,
    },
    "stays where the fleet is being deleted": {
      given: bankOf([serving], {
        raw: fleetOf(1, "2026-11-23T11:59:00Z"),
        answers: answers(calm, calm),
      }),
      expect: 16,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(given, expect));

  test("asks the pods, and looks again while they have sessions", () => {
    const unasked = planOf(1, [serving], { children, pods });
    assert.deepEqual(
      unasked.asks.filter(({ kind }) => kind === "podStatus"),
      ["p-1", "p-2"].map((name) => ({ kind: "podStatus", pod: `proxies/${name}` })),
    );
    const busy = planOf(1, [serving], { children, pods, answers: answers(answer(16, [5]), calm) });
    assert.equal(busy.requeueAt, at(60));
  });

  test("asks nobody once it is as small as it should be", () => {
    const small = withSecret(secretOf(planOf(1, [serving])));
    assert.deepEqual(planOf(1, [serving], { children: small, pods }).asks, []);
  });

  test("is not what a fresh address gets a lane of", () => {
    const raw = fleetOf(1);
    const requested = {
      ...raw,
      metadata: { ...raw.metadata, annotations: { "proxyfleet.dev/rotate-at": "now" } },
    };
    const plan = planOf(1, [serving], { children, pods, raw: requested });
    const claim = plan.effects.find(({ kind }) => kind === "create");
    assert.equal(claim?.kind === "create" && (claim.object as Entry).spec.lane, 1);
  });
});

test("however drains and sessions end, the bank changes once, and nobody is connected to what goes", () => {
  const upper = [4, 7, 9, 12, 15];
  const history = fc.record({
    ends: fc.shuffledSubarray(upper, { minLength: upper.length }),
    leaves: fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.nat({ max: 12 })), {
      maxLength: 8,
    }),
    silent: fc.array(fc.nat({ max: 12 }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(history, ({ ends, leaves, silent }) => {
      let secret = secretOf(planOf(4, [serving, ...upper.map(draining)]));
      const changes: number[] = [];
      for (let step = 0; step <= 13; step += 1) {
        const over = new Set(ends.slice(0, step));
        const entries = upper.map((lane) => (over.has(lane) ? dark(lane) : draining(lane)));
        const busy = leaves.flatMap(([lane, until]) => (step < until ? [lane] : []));
        const quiet = silent.includes(step) ? undefined : answer(16, []);
        const given = { children: withSecret(secret), pods, now: at(60 * step) };
        const told = answers(
          { ...answer(16, busy), at: given.now },
          quiet && { ...quiet, at: given.now },
        );
        const next = secretOf(planOf(1, [serving, ...entries], { ...given, answers: told }));
        if (next === undefined) continue;
        if (boundLanes(next) !== boundLanes(secret)) {
          changes.push(boundLanes(next) ?? 0);
          assert.deepEqual(
            busy.filter((lane) => lane >= 4),
            [],
          );
          assert.ok(quiet !== undefined);
        }
        secret = next;
      }
      assert.ok(changes.length <= 1, `the bank was ${changes.join(", then ")}`);
      if (!silent.includes(13)) assert.deepEqual(changes, [4]);
    }),
    { numRuns: 40 },
  );
});

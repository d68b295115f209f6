import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { parseWhatsAppProxy } from "../../src/api/fleet.ts";
import { conditionTypes } from "../../src/api/reasons.ts";
import { conditionsFrom } from "../../src/api/findings.ts";
import { parseAddressPool } from "../../src/api/address-pool.ts";
import { HeldAddresses } from "../../src/ledger/held-addresses.ts";
import { isSame } from "../../src/kubernetes/difference.ts";
import { decideVerdicts } from "../../src/reachability/decide-verdicts.ts";
import { decidePool } from "../../src/pool/decide.ts";
import type { Effect } from "../../src/runtime/effect.ts";
import { ApiServer } from "../stand-ins/api-server/api-server.ts";
import { installCrds } from "../stand-ins/api-server/crds.ts";
import { entryObject, parsedEntry } from "../objects/ledger-entry.ts";
import { podObject } from "../objects/pod.ts";
import { poolObject } from "../objects/address-pool.ts";
import { fleetObject, fleetUid } from "../objects/fleet.ts";
import { liveMeta } from "../objects/metadata.ts";
import { serviceObject } from "../objects/service.ts";
import { planFor } from "../unit/fleet/observed-fleet.ts";
import { decided, observedAddress } from "../unit/address/observed-address.ts";
import { noon, pool as poolSeen } from "../unit/rotation/build.ts";
import { input } from "../unit/reachability/build.ts";
import { collectionOf, fleet, ledgerEntry, pool, type Manifest } from "./samples.ts";

/** Histories of each kind that are written. */
const runs = 25;

let server: ApiServer;
before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  for (const manifest of [fleet(), ledgerEntry(), pool()])
    assert.equal((await server.call("POST", collectionOf(manifest), manifest)).code, 201);
});
after(async () => {
  await server?.stop();
});

/** Writes a status as the operator does; the server must take it, and keep it as it is. */
async function assertWritable(manifest: Manifest, { effects }: { effects: readonly Effect[] }) {
  const { apiVersion, kind, metadata } = manifest;
  for (const effect of effects) {
    if (effect.kind !== "status") continue;
    const { status, fieldManager } = effect;
    const query = `fieldManager=${fieldManager}&force=true&fieldValidation=Strict`;
    const { code, body } = await server.send({
      method: "PATCH",
      path: `${collectionOf(manifest)}/${metadata.name}/status?${query}`,
      body: { apiVersion, kind, metadata: { name: metadata.name }, status },
      contentType: "application/apply-patch+yaml",
    });
    assert.equal(code, 200, `${kind}: ${String(body["message"]).slice(0, 2000)}`);
    const kept = body["status"] as Record<string, unknown>;
    for (const [field, value] of Object.entries(status))
      assert.ok(isSame(kept[field], value), `${kind}.status.${field} would be written for ever`);
  }
}

/** Texts that come from outside: short, long, of any length, and with characters of all sizes. */
const words = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc
    .constantFrom("x", "😀", "é", "\ud83d")
    .chain((unit) =>
      fc
        .constantFrom(1, 63, 512, 513, 1023, 1025, 2049, 4095, 4096, 4097, 33_000, 200_000)
        .map((n) => `1${unit.repeat(n)}`),
    ),
);
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");
const countries = letters.flatMap((a) => letters.map((b) => a + b)).slice(0, 256);
const durations = fc.constantFrom("0s", "48h", "99999h99999h99999h99999h", "9999999m59.999999s");
const times = fc.constantFrom(
  "2026-11-23T11:00:00Z",
  "9999-12-31T23:59:59Z",
  "0000-01-01T00:00:00Z",
  "2026-11-23T11:00:00.123456789+14:00",
);
const phases = fc.constantFrom("Provisioning", "Verifying", "Serving", "Draining", "Quarantined");
const sentence = fc.constantFrom("x", "😀").map((unit) => unit.repeat(1024));

const entryStatus = fc.record({
  phase: phases,
  phaseSince: times,
  blocked: fc.constantFrom(0, 1, 65, 256),
  fault: fc.option(
    fc.constantFrom("Unusable", "Refused", "AddressChanged", "AddressLost", "Repeat"),
  ),
  message: sentence,
  time: times,
});

type EntryStatus = typeof entryStatus extends fc.Arbitrary<infer T> ? T : never;

function statusFrom({ phase, phaseSince, blocked, fault, message, time }: EntryStatus): object {
  const reachability = countries.slice(0, blocked).map((country) => ({
    country,
    verdict: "Blocked",
    since: time,
    ...(country === "AA" ? { message } : {}),
  }));
  const failing = {
    type: "Verified",
    status: "False",
    reason: "ChatFails",
    message: "😀".repeat(phase === "Serving" ? 9_000 : 32_768),
    lastTransitionTime: time,
  };
  const leaving = {
    since: time,
    heldBy: Array.from({ length: 64 }, (_, n) => `a.b/${"f".repeat(300)}${n}`),
  };
  return {
    phase,
    phaseSince,
    reachability,
    leaving,
    conditions: [failing],
    ...(fault === null ? {} : { fault: { kind: fault, since: time, message } }),
  };
}

describe("every status that follows from the largest inputs is one that the API server takes", () => {
  test("of a fleet", async () => {
    const history = fc.record({
      rotateAt: fc.option(words),
      report: fc.option(words),
      size: fc.constantFrom([1, 0], [1, 4], [2, 4], [64, 1], [64, 4]),
      statuses: fc.array(entryStatus, { minLength: 4, maxLength: 4 }),
      wants: fc.array(fc.constantFrom("Serve", "Drain", "Quarantine"), {
        minLength: 4,
        maxLength: 4,
      }),
      maxAge: durations,
      blockedRest: durations,
      refused: words,
      pods: words,
      shareKeyTrouble: words,
      until: times,
      maxConcurrent: fc.constantFrom(1, 64),
    });
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const [count = 1, perSlot = 0] = given.size;
        const annotations = {
          ...(given.rotateAt === null ? {} : { "proxyfleet.dev/rotate-at": given.rotateAt }),
          ...(given.report === null
            ? {}
            : { "proxyfleet.dev/report-blocked": `203.0.0.0 IR ${given.report}` }),
        };
        const raw = fleetObject({
          metadata: liveMeta(fleetUid, { annotations }),
          spec: {
            addresses: { count: count, pools: [{ name: "pool-a" }] },
            dns: { hostname: `{token}.${"a".repeat(61)}.${"b".repeat(61)}.${"c".repeat(61)}.de` },
            rotation: {
              maxAge: given.maxAge,
              minAge: "0s",
              drain: { scheduled: given.maxAge, blocked: given.blockedRest },
              maxConcurrent: given.maxConcurrent,
              windows: [{ cron: "0 0 31 2 *", duration: "1h", timeZone: "No/Where" }],
            },
            reachability: { people: "Block" },
            paused: true,
          },
        });
        const entries = Array.from({ length: count * perSlot }, (_, n) => {
          const kind = n % perSlot;
          const want = given.wants[kind] ?? "Serve";
          return parsedEntry({
            address: `203.0.${n >> 8}.${n & 255}`,
            slot: Math.floor(n / perSlot),
            lane: n % 256,
            metadata: liveMeta(`uid-${n}`),
            spec: { want, drainUntil: given.until, quarantineUntil: given.until },
            status: statusFrom(given.statuses[kind] ?? assert.fail()),
          });
        });
        const message = given.pods;
        const waiting = { reason: "ErrImagePull", message };
        const container = { name: "proxy", image: "i", imageID: "", ready: false, restartCount: 0 };
        const pod = podObject({
          status: { phase: "Pending", containerStatuses: [{ ...container, state: { waiting } }] },
        });
        const plan = planFor(entries, {
          raw,
          parsed: parseWhatsAppProxy(raw),
          pods: [pod],
          pools: [
            poolSeen({ ranges: ["203.0.113.1"] }),
            poolSeen({ name: "b", refusal: given.pods }),
          ],
          refused: [{ id: "x", object: "Deployment x", words: given.refused }],
          shareKeyTrouble: given.shareKeyTrouble,
        });
        await assertWritable(fleet(), plan);
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  test("of a fleet and an address with every type of condition at once", async () => {
    const findings = Object.fromEntries(
      conditionTypes.map((type) => [type, { status: "True", reason: "Serving", message: "" }]),
    ) as Parameters<typeof conditionsFrom>[0];
    const conditions = conditionsFrom(findings, { before: [], generation: 1, now: noon });
    const about = fleetObject();
    const of = { group: "", version: "", kind: "", plural: "", scope: "Cluster" } as never;
    const effect = { kind: "status", id: "s", of, about, before: {}, fieldManager: "all" } as const;
    await assertWritable(fleet(), { effects: [{ ...effect, status: { conditions } }] });
  });

  test("of an address", async () => {
    const history = fc.record({
      status: entryStatus,
      want: fc.constantFrom("Serve", "Drain", "Quarantine"),
      until: times,
      refusal: words,
      finalizers: fc.constantFrom(0, 1, 65, 200),
      given: fc.constantFrom("203.0.113.9", "2001:db8:1111:2222:3333:4444:5555:6666"),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ status, want, until, refusal, finalizers, given }) => {
        const names = Array.from({ length: finalizers }, (_, n) => `a.b/${"f".repeat(300)}${n}`);
        const service = serviceObject({
          metadata: { uid: "s1", resourceVersion: "2", finalizers: names },
        });
        const observed = observedAddress(
          { spec: { want, drainUntil: until, quarantineUntil: until }, status: statusFrom(status) },
          {
            services: [service],
            balancer: { given: [given], hostname: undefined },
            refused: [{ id: "service", object: "Service x", words: refusal }],
          },
        );
        await assertWritable(ledgerEntry(), decided(observed));
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  test("of an address's verdicts", async () => {
    const history = fc.record({ message: words, status: entryStatus });
    await fc.assert(
      fc.asyncProperty(history, async ({ message, status }) => {
        const written = { status: statusFrom(status) };
        const { now: _now, ...seen } = input([]);
        const plan = decideVerdicts(
          {
            raw: entryObject(written),
            entry: parsedEntry(written),
            input: seen,
            report: {
              kind: "report",
              address: "203.0.113.9",
              by: "Operator",
              country: "IR",
              message,
            },
            isPublished: true,
            findings: () => ({ outage: undefined, protocol: undefined, hold: undefined }),
          },
          { now: noon },
        );
        await assertWritable(ledgerEntry(), plan);
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });

  test("of a pool", async () => {
    const addresses = fc.array(
      fc.constantFrom(
        "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "10.0.0.0/12",
        "203.0.113.5/26",
        "127.0.0.1",
      ),
      { minLength: 1, maxLength: 64 },
    );
    const history = fc.record({ addresses, reserve: fc.constantFrom(0, 1, 2 ** 20) });
    await fc.assert(
      fc.asyncProperty(history, async (spec) => {
        const raw = poolObject({ spec });
        assert.ok(parseAddressPool(raw).ok);
        const nothing = { others: [], entries: [], unreadable: [], held: HeldAddresses.of([]) };
        await assertWritable(
          pool(),
          decidePool({ raw, ...nothing }, { now: noon, random: () => 0 }),
        );
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});

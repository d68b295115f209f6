import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pino } from "pino";
import { readWarnings, warningsAbout } from "../../../src/address/io/warnings.ts";
import type { ListOptions } from "../../../src/kubernetes/client.ts";
import type { KubeEvent } from "../../../src/kubernetes/events.ts";
import { serviceObject } from "../../objects/service.ts";
import { noon } from "../rotation/build.ts";

const made = "2026-11-23T12:00:00Z";
const service = serviceObject({ metadata: { uid: "s1", creationTimestamp: made } });

function event(note: string, given: Partial<KubeEvent> = {}, createdAt = made): KubeEvent {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: note, namespace: "proxies", creationTimestamp: createdAt },
    eventTime: "",
    reportingController: "",
    reportingInstance: "",
    action: "",
    reason: "AllocationFailed",
    type: "Warning",
    note,
    regarding: { apiVersion: "v1", kind: "Service", name: "family-0-abc", uid: "s1" },
    ...given,
  };
}

describe("the Warning Events about a Service", () => {
  const other = { apiVersion: "v1", kind: "Service", name: "family-0-abc", uid: "s0" };
  const cases: Record<string, { given: readonly KubeEvent[]; notes: readonly string[] }> = {
    "are those of its own uid": {
      given: [event("own"), event("another's", { regarding: other })],
      notes: ["own"],
    },
    "are no normal ones": { given: [event("fine", { type: "Normal" })], notes: [] },
    "are none that are older than the Service": {
      given: [event("older", {}, "2026-11-23T11:59:59Z")],
      notes: [],
    },
    "come newest first, by when they came last": {
      given: [
        event("first", {}, "2026-11-23T12:00:01Z"),
        event("again", { deprecatedLastTimestamp: "2026-11-23T12:00:09Z" }),
        event("more", { series: { lastObservedTime: "2026-11-23T12:00:05Z" } }),
      ],
      notes: ["again", "more", "first"],
    },
  };
  for (const [name, { given, notes }] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(
        warningsAbout(service, given).map(({ message }) => message),
        notes,
      ),
    );

  const reader = (list: () => Promise<unknown>) => ({
    client: { list: list as never },
    now: () => noon,
    log: pino({ level: "silent" }),
  });
  const { signal } = new AbortController();

  test("are asked of the API server for this Service alone", async () => {
    const asked: ListOptions[] = [];
    const list = async (_of: unknown, options: ListOptions) => {
      asked.push(options);
      return { items: [event("own")] };
    };
    const found = await readWarnings(service, reader(list as () => Promise<unknown>), signal);
    const warnings = [{ reason: "AllocationFailed", message: "own" }];
    assert.deepEqual(found, { uid: "s1", warnings, at: noon });
    assert.deepEqual(asked, [
      { namespace: "proxies", fieldSelector: "regarding.uid=s1", limit: 100, signal },
    ]);
  });

  test("are none where the API server does not let the operator read them", async () => {
    const refuse = async () => Promise.reject(new Error("forbidden"));
    const found = await readWarnings(service, reader(refuse), signal);
    assert.deepEqual(found, { uid: "s1", warnings: [], at: noon });
  });
});

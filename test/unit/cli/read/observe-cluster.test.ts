import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readFleet, readFleets } from "../../../../src/cli/read/observe-cluster.ts";
import { ApiError, ForbiddenError, NotFoundError } from "../../../../src/kubernetes/errors.ts";
import type { KubeObject } from "../../../../src/kubernetes/objects.ts";
import type { Resource } from "../../../../src/kubernetes/resource.ts";
import { fleetObject } from "../../../objects/fleet.ts";
import { noon } from "../../overview/build.ts";

const details = (status: number) => ({ status, reason: "", message: "no" });

/** A cluster with one fleet, in which calls for these kinds are refused. */
function cluster(refused: Readonly<Record<string, ApiError>> = {}, fleets = [fleetObject()]) {
  const answer = (of: Resource<KubeObject>) => {
    const error = refused[of.plural];
    if (error !== undefined) throw error;
    return of.kind === "WhatsAppProxy" ? fleets : [];
  };
  const client = {
    list: async (of: Resource<KubeObject>) => ({
      items: answer(of),
      resourceVersion: "1",
      continueToken: undefined,
    }),
    get: async (of: Resource<KubeObject>) => answer(of)[0],
  };
  return {
    client: client as unknown as Parameters<typeof readFleets>[0]["client"],
    now: () => noon,
  };
}

const forbidden = new ForbiddenError("call", details(403));
const missing = new NotFoundError("call", details(404));
const family = { namespace: "proxies", name: "family" };

describe("what is read of a cluster", () => {
  test("is a list of each kind, by the server's clock", async () => {
    const { observed, missing: rights } = await readFleets(cluster(), undefined);
    assert.deepEqual([observed.fleets.length, observed.pools, rights], [1, [], []]);
    assert.equal(observed.now, noon);
  });

  test("lacks what may not be read, and names the rights", async () => {
    const of = cluster({ pods: forbidden, proxyaddresses: forbidden });
    const { observed, missing: rights } = await readFleet(of, family);
    assert.deepEqual(
      [observed.pods, observed.addresses, observed.services],
      [undefined, undefined, []],
    );
    assert.deepEqual(rights, [
      "list pods in namespace proxies",
      "list proxyaddresses.proxyfleet.dev in all namespaces",
    ]);
  });

  test("has none of a kind that is not installed", async () => {
    const { observed, missing: rights } = await readFleet(cluster({ events: missing }), family);
    assert.deepEqual([observed.events, rights], [[], []]);
  });

  const refused: Record<string, { reading: () => Promise<unknown>; says: RegExp }> = {
    "fleets that may not be listed": {
      reading: async () => readFleets(cluster({ whatsappproxies: forbidden }), "proxies"),
      says: /^you have no right to list whatsappproxies\.proxyfleet\.dev in namespace proxies\. Ask an admin/,
    },
    "a cluster without Proxyfleet": {
      reading: async () => readFleets(cluster({ whatsappproxies: missing }), undefined),
      says: /^this cluster does not know the kind WhatsAppProxy: install Proxyfleet/,
    },
    "a fleet that is not there": {
      reading: async () => readFleet(cluster({}, []), family),
      says: /^there is no WhatsAppProxy family in namespace proxies: kubectl get wap -A lists all$/,
    },
    "a server in trouble": {
      reading: async () =>
        readFleets(cluster({ addresspools: new ApiError("call", details(500)) }), undefined),
      says: /failed with 500/,
    },
  };
  for (const [name, { reading, says }] of Object.entries(refused))
    test(`${name}: it says so`, async () => assert.rejects(reading(), { message: says }));
});

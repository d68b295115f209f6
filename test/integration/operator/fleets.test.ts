import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AddressPool } from "../../../src/api/address-pool.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds, permit } from "../../stand-ins/api-server/crds.ts";
import { collectionOf, fleet, pool } from "../samples.ts";
import { namespaceObject } from "../../objects/namespace.ts";
import { LoadBalancer } from "../../stand-ins/cluster/load-balancer.ts";
import { WriteGate } from "../../stand-ins/api-server/write-gate.ts";
import type { Line } from "../../stand-ins/operator/operator-process.ts";
import { type RunningOperator, apply, list, startOperator } from "./operator.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import {
  addressesShown,
  childPaths,
  conditionOf,
  entriesOf,
  eventReasons,
  fleetPath,
  read,
  servicesOf,
} from "./fleet-objects.ts";

let server: ApiServer;
let writeGate: WriteGate;
let operator: RunningOperator;
let loadBalancer: LoadBalancer;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await server.call("POST", "/api/v1/namespaces", namespaceObject("proxyfleet-system"));
  writeGate = await WriteGate.start(server);
  operator = startOperator(await writeGate.kubeconfig(), { leaderElection: false, http2: false });
  loadBalancer = new LoadBalancer(server);
  await apply(server, pool(), fleet());
  await settled("family", 2);
  // Where nothing is published, it comes a while later, without a link.
  const ofLinks = childPaths["Secret of links"]?.("family") ?? "";
  await waitFor("the Secret of links", async () => read(server, ofLinks));
});
after(async () => {
  await loadBalancer.stop();
  await operator.stop();
  await writeGate.stop();
  await server.stop();
});

/**
 * Waits until a fleet has this many addresses that wait for pods, and says so: nothing more can
 * come about without a kubelet.
 */
async function settled(name: string, count: number): Promise<void> {
  await waitFor(`${count} addresses of ${name} wait for pods`, async () => {
    const entries = await entriesOf(server, name);
    const waiting = entries.filter(
      ({ status }) =>
        status?.phase === "Verifying" && status.conditions?.[0]?.reason === "NoReadyPod",
    );
    const told = (await read<WhatsAppProxy>(server, fleetPath(name)))?.status?.addresses?.filter(
      ({ phase }) => phase === "Verifying",
    );
    return waiting.length === count && told?.length === count;
  });
}

/** Waits until the condition says this. */
async function says(name: string, type: string, words: RegExp): Promise<void> {
  await waitFor(`${type} of ${name} says ${String(words)}`, async () =>
    words.test((await conditionOf(server, name, type)) ?? "none"),
  );
}

describe("a new fleet", () => {
  for (const [kind, path] of Object.entries(childPaths))
    test(`gets its ${kind}, which belongs to it`, async () => {
      const owner = await read(server, fleetPath("family"));
      const child = await read(server, path("family"));
      assert.deepEqual(child?.metadata.ownerReferences, [
        {
          apiVersion: "proxyfleet.dev/v1alpha1",
          kind: "WhatsAppProxy",
          name: "family",
          uid: owner?.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    });

  test("gets a ledger entry for each slot, and each entry a Service that belongs to it", async () => {
    const entries = await entriesOf(server, "family");
    const services = await servicesOf(server, "family");
    assert.deepEqual(new Set(entries.map(({ spec }) => spec.claimRef.slot)), new Set([0, 1]));
    assert.equal(new Set(entries.map(({ spec }) => spec.lane)).size, 2);
    assert.equal(services.length, 2);
    assert.deepEqual(
      addressesShown(services),
      new Set(entries.map(({ metadata }) => metadata.name)),
    );
    assert.ok(services.every(({ metadata }) => metadata.ownerReferences?.length === 1));
  });

  test("is told to be waiting for pods, and not to be Ready", async () => {
    await says("family", "Ready", /^False NoReadyPod: none of 2 pods is ready yet/);
    await says(
      "family",
      "AddressesReady",
      /^False SlotsWithoutAddress: 2 of 2 slots have no address yet/,
    );
  });

  test("keeps labels and spec as the person wrote them", async () => {
    const live = await read<KubeObject & { spec: unknown }>(server, fleetPath("family"));
    const { body } = await server.call(
      "POST",
      `${collectionOf(fleet())}?dryRun=All`,
      fleet({}, "untouched"),
    );
    assert.deepEqual(live?.spec, body["spec"]);
    assert.equal(live?.metadata.labels, undefined);
  });
});

describe("drift", () => {
  const edits: Readonly<Record<string, object>> = {
    Deployment: {
      spec: {
        replicas: 7,
        template: { spec: { serviceAccountName: "theirs", terminationGracePeriodSeconds: 1 } },
      },
    },
    Secret: { data: { "haproxy.cfg.gz": btoa("theirs") } },
    "Secret of links": { data: { "slot-0.path": btoa("theirs") } },
    PodDisruptionBudget: { spec: { maxUnavailable: 2 } },
    NetworkPolicy: { spec: { ingress: [] } },
  };

  /**
   * Fields of ours, as they should be again. Status and what the server keeps for itself is left
   * out.
   */
  const wanted = (child: KubeObject | undefined): unknown => {
    const { spec, data } = (child ?? {}) as {
      spec?: { replicas?: unknown; template?: { spec?: Record<string, unknown> } };
      data?: unknown;
    };
    const {
      serviceAccountName: _theirs,
      serviceAccount: _too,
      ...pod
    } = spec?.template?.spec ?? {};
    return { data, spec: { ...spec, template: pod } };
  };

  for (const [kind, path] of Object.entries(childPaths)) {
    test(`a ${kind} that somebody edits is put back`, async () => {
      const before = await read(server, path("family"));
      const { code } = await server.patch(path("family"), edits[kind]);
      assert.equal(code, 200);
      await waitFor(`the ${kind} is as before`, async () => {
        const now = await read(server, path("family"));
        return (
          now?.metadata.resourceVersion !== before?.metadata.resourceVersion &&
          isEqual(wanted(now), wanted(before))
        );
      });
    });

    test(`a ${kind} that somebody deletes is made again`, async () => {
      const before = await read(server, path("family"));
      await server.call("DELETE", path("family"));
      await waitFor(`there is a new ${kind}`, async () => {
        const now = await read(server, path("family"));
        return now !== undefined && now.metadata.uid !== before?.metadata.uid;
      });
    });
  }

  test("a Service that somebody edits or deletes is put back, with the same address", async () => {
    const [service] = await servicesOf(server, "family");
    const path = `/api/v1/namespaces/default/services/${service?.metadata.name ?? ""}`;
    await server.patch(path, {
      spec: { selector: { app: "theirs" }, externalTrafficPolicy: "Local" },
    });
    const asBefore = async () => {
      const now = await read<NonNullable<typeof service>>(server, path);
      const isSame =
        now?.spec.externalTrafficPolicy === "Cluster" &&
        now.spec.selector?.["proxyfleet.dev/fleet"] === "family";
      return (
        isSame &&
        now.metadata.annotations?.["metallb.io/loadBalancerIPs"] ===
          service?.metadata.annotations?.["metallb.io/loadBalancerIPs"]
      );
    };
    await waitFor("the edit is taken back", asBefore);
    await server.call("DELETE", path);
    await waitFor("the Service is made again", asBefore);
  });
});

/** What these look at is no fleet, entry or pool. */
const followsItsOwnTime: ReadonlySet<string> = new Set([
  "orphan",
  "evidence",
  "arrivals",
  "outage-feed",
]);

/** Each look at a fleet, an entry or a pool so far, by controller and key. */
function looks(): ReadonlyMap<string, readonly Line[]> {
  const isLook = ({ msg, controller }: Line): boolean =>
    msg === "reconciled" && !followsItsOwnTime.has(String(controller));
  return Map.groupBy(
    operator.lines.filter(isLook),
    ({ controller, key }) => `${String(controller)} ${String(key)}`,
  );
}

/**
 * Has the pool, its fleets and their entries looked at once more. Returns how many writes that
 * caused.
 */
async function writesOfALook(nth: number): Promise<number> {
  const [writes, before] = [writeGate.writes.length, looks()];
  const touched = { metadata: { annotations: { nth: String(nth) } } };
  // Verdicts are looked at for a change of the fleet, everything else for one of the pool.
  for (const name of await fleetNames()) await server.patch(fleetPath(name), touched);
  await server.patch("/apis/proxyfleet.dev/v1alpha1/addresspools/metallb-a", touched);
  const isLookedAt = (name: string): boolean =>
    (looks().get(name)?.length ?? 0) > (before.get(name)?.length ?? 0);
  await waitFor("everything is looked at once more", () => [...before.keys()].every(isLookedAt));
  return writeGate.writes.length - writes;
}

async function fleetNames(): Promise<readonly string[]> {
  const all = await list(
    server,
    "/apis/proxyfleet.dev/v1alpha1/namespaces/default/whatsappproxies",
  );
  return all.map(({ metadata }) => (metadata as { name: string }).name);
}

/**
 * Whether the operator holds the progress of a fleet back for a moment, to tell it with what comes
 * next.
 */
function isHeldBack(): boolean {
  const fleets = [...looks()].filter(([name]) => name.startsWith("fleet "));
  return fleets.some(([, lines]) => Number(lines.at(-1)?.["afterMs"] ?? Infinity) <= 60_000);
}

test("a settled fleet causes no writes, however often it is looked at", async () => {
  await settled("family", 2);
  let nth = 0;
  await waitFor(
    "one look at everything without a write",
    async () => (await writesOfALook(nth++)) === 0 && !isHeldBack(),
  );
  const before = writeGate.writes.length;
  for (let i = 0; i < 3; i++) await writesOfALook(nth++);
  assert.deepEqual(writeGate.writes.slice(before), []);
});

describe("what only the operator can see", () => {
  test("a pool that does not exist is told, and heals when it is made", async () => {
    await apply(server, fleet({ addresses: { pools: [{ name: "nowhere" }] } }, "lost"));
    await says(
      "lost",
      "PoolExhausted",
      /^True \w+: .*pool nowhere does not exist: create the AddressPool/,
    );
    await says("lost", "Stalled", /^True NoUsablePool/);
    await waitFor("a Warning", async () =>
      (await eventReasons(server, "lost")).includes("NoUsablePool"),
    );
    await apply(server, pool({ addresses: ["198.51.100.0/28"] }, "nowhere"));
    await settled("lost", 2);
    await says("lost", "PoolExhausted", /^False/);
    assert.equal(await conditionOf(server, "lost", "Stalled"), undefined);
  });

  test("a pool without a free address is told with what to do, and heals when it grows", async () => {
    await apply(
      server,
      pool({ addresses: ["192.0.2.1"] }, "small"),
      fleet({ addresses: { pools: [{ name: "small" }] } }, "crowd"),
    );
    await says(
      "crowd",
      "PoolExhausted",
      /^True NoFreshAddress: slot 1 should move and can't: pool small has no free address.*Add addresses to/,
    );
    await waitFor("a Warning", async () =>
      (await eventReasons(server, "crowd")).includes("NoFreshAddress"),
    );
    await apply(server, pool({ addresses: ["192.0.2.1", "192.0.2.2"] }, "small"));
    await settled("crowd", 2);
  });

  test("pods that a quota refuses before they exist are told in its own words, and so is what is cut off", async () => {
    await apply(
      server,
      pool({ addresses: ["192.0.2.128/29"] }, "refusing"),
      fleet({ addresses: { pools: [{ name: "refusing" }] } }, "refused"),
    );
    await settled("refused", 2);
    const message = 'pods "refused-proxy-x" is forbidden: exceeded quota: pods=0';
    const conditions = [
      { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message },
    ];
    const path = `${childPaths["Deployment"]?.("refused") ?? ""}/status`;
    const { code } = await server.patch(path, { status: { conditions } });
    assert.equal(code, 200);
    for (const type of ["Ready", "Reachable"])
      await says("refused", type, /^False PodsNotCreated: .*exceeded quota: pods=0\. Change/);
    await says("refused", "Stalled", /^True PodsNotCreated/);
    assert.equal(
      (await read<WhatsAppProxy>(server, fleetPath("refused")))?.status?.reachable,
      "0/2",
    );
  });

  test("an address that an overlapping pool holds is not free in either", async () => {
    const free = async (name: string): Promise<number | undefined> =>
      (await read<AddressPool>(server, `/apis/proxyfleet.dev/v1alpha1/addresspools/${name}`))
        ?.status?.free;
    await apply(
      server,
      pool({ addresses: ["192.0.2.16/29"] }, "twin-a"),
      pool({ addresses: ["192.0.2.16/29"] }, "twin-b"),
    );
    await waitFor(
      "both pools to be counted",
      async () => (await free("twin-a")) === 8 && (await free("twin-b")) === 8,
    );
    await apply(server, fleet({ addresses: { pools: [{ name: "twin-a" }] } }, "twins"));
    await settled("twins", 2);
    await waitFor(
      "the other pool to count them, too",
      async () => (await free("twin-a")) === 6 && (await free("twin-b")) === 6,
    );
  });

  test("fleets of a namespace that claim at the same moment stay within a pool's limit for it", async () => {
    const names = ["east", "west", "north", "south"];
    await apply(
      server,
      ...names.map((name) => fleet({ addresses: { pools: [{ name: "shared" }] } }, name)),
    );
    await Promise.all(
      names.map(async (name) => says(name, "PoolExhausted", /pool shared does not exist/)),
    );
    await apply(server, pool({ addresses: ["192.0.2.64/26"], perNamespace: 3 }, "shared"));
    const hasEnd = async (name: string): Promise<boolean> =>
      (await entriesOf(server, name)).length === 2 ||
      /perNamespace/.test((await conditionOf(server, name, "PoolExhausted")) ?? "");
    await waitFor("each fleet has its addresses, or is told why not", async () =>
      (await Promise.all(names.map(hasEnd))).every(Boolean),
    );
    const claims = await Promise.all(names.map(async (name) => entriesOf(server, name)));
    assert.equal(claims.flat().length, 3);
  });

  test("a fleet that got past the CRD in another age is told what is wrong, and stops no other", async () => {
    const odd = fleet({ rotation: { maxAge: "2 days" } }, "odd");
    const restore = await permit(server, "whatsappproxies", (schema) => {
      const rotation = schema.properties["spec"]?.properties["rotation"];
      delete rotation?.properties["maxAge"]?.["x-kubernetes-validations"];
    });
    await waitFor(
      "the odd fleet is taken",
      async () => (await server.call("POST", collectionOf(odd), odd)).code === 201,
    );
    await restore();
    await says("odd", "Ready", /^False InvalidSpec: .*spec\.rotation\.maxAge "2 days"/);
    await apply(
      server,
      pool({ addresses: ["198.51.100.64/28"] }, "other"),
      fleet({ addresses: { pools: [{ name: "other" }] } }, "sound"),
    );
    await settled("sound", 2);
    await server.patch(fleetPath("odd"), {
      spec: { rotation: { maxAge: "48h" }, addresses: { pools: [{ name: "other" }] } },
    });
    await settled("odd", 2);
  });
});

test("a fleet that is deleted rests its addresses, for as long as nobody forgets them", async (t) => {
  await t.test(
    "ends at once, its addresses rest, and a new fleet of its name takes others",
    async () => {
      await settled("family", 2);
      const before = await entriesOf(server, "family");
      await server.call("DELETE", fleetPath("family"));
      await waitFor(
        "the fleet is gone",
        async () => (await read(server, fleetPath("family"))) === undefined,
      );
      const rested = await entriesOf(server, "family");
      assert.deepEqual(
        rested.map(({ metadata, spec, status }) => [
          metadata.uid,
          spec.want,
          spec.retiredBecause,
          status?.phase,
        ]),
        before.map(({ metadata }) => [metadata.uid, "Quarantine", "FleetDeleted", "Quarantined"]),
      );
      assert.deepEqual(await servicesOf(server, "family"), []);
      await apply(server, fleet());
      await settled("family", 2);
      const names = (await entriesOf(server, "family")).map(({ metadata }) => metadata.name);
      assert.equal(names.length, 4);
      assert.ok(
        before.every(({ metadata }) => names.includes(metadata.name)),
        "the old addresses are held still",
      );
      await waitFor("the pool counts them", async () => {
        const status = (
          await read<{ status?: { quarantined?: number } }>(
            server,
            "/apis/proxyfleet.dev/v1alpha1/addresspools/metallb-a",
          )
        )?.status;
        return status?.quarantined === 2;
      });
    },
  );

  await t.test(
    "in quarantine an address is forgotten at once if a person deletes its entry",
    async () => {
      const [rested] = (await entriesOf(server, "family")).filter(
        ({ spec }) => spec.want === "Quarantine",
      );
      const path = `/apis/proxyfleet.dev/v1alpha1/proxyaddresses/${rested?.metadata.name ?? ""}`;
      await server.call("DELETE", path);
      await waitFor("the entry is gone", async () => (await read(server, path)) === undefined);
    },
  );
});

function isEqual(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

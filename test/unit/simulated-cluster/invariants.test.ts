import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { addressFinalizer, addressLabel } from "../../../src/api/names.ts";
import * as custom from "../../../src/api/resources.ts";
import { services } from "../../../src/kubernetes/builtin.ts";
import type { CustomObject, Service } from "../../../src/kubernetes/objects.ts";
import { ledgerName } from "../../../src/ledger/name.ts";
import { hours, seconds } from "../../../src/values/time.ts";
import { fleet, ledgerEntry, pool } from "../../integration/samples.ts";
import type {
  SimulatedCluster,
  SimulatedProcess,
} from "../../stand-ins/simulated-cluster/cluster.ts";
import { Invariants } from "../../stand-ins/simulated-cluster/invariants/invariants.ts";
import { newCluster } from "./sample-cluster.ts";

const ours = "proxyfleet-fleet";
const namespace = "default";
const family = { namespace, name: "family" };
const late = "2026-11-24T12:00:00Z";

let cluster: SimulatedCluster;
let operator: SimulatedProcess;
let invariants: Invariants;
let uid: string;
beforeEach(() => {
  cluster = newCluster();
  operator = cluster.startProcess();
  operator.caches.watch(custom.fleets);
  operator.caches.watch(custom.addresses);
  invariants = new Invariants(cluster);
  cluster.people.apply(custom.pools, pool({ addresses: ["203.0.113.0/29", "198.51.100.0/30"] }));
  cluster.people.apply(
    custom.fleets,
    fleet({ addresses: { count: 4, pools: [{ name: "metallb-a" }] } }),
  );
  uid = cluster.server.get(custom.fleets, family)?.metadata.uid ?? "";
  operator.caches.catchUp();
});

interface Wish {
  readonly slot?: number;
  readonly lane?: number;
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
}

/** The operator claims an address, and says what became of it. */
async function claim(
  address: string,
  { slot = 0, lane = slot, spec, status }: Wish = {},
): Promise<void> {
  const name = ledgerName(address);
  const claimRef = { namespace, name: "family", uid, slot };
  const { metadata, ...entry } = ledgerEntry({ address, claimRef, lane, ...spec }, name);
  const born = { ...entry, metadata: { ...metadata, finalizers: [addressFinalizer] } };
  operator.caches.catchUp();
  await operator.client.create(custom.addresses, born, ours);
  if (status === undefined) return;
  if (status["phase"] !== "Provisioning") await makeService(name, address);
  await say(address, status);
}

async function makeService(name: string, address: string): Promise<void> {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: { [addressLabel]: name } },
    spec: { type: "LoadBalancer", ports: [] },
    status: {},
  };
  await operator.client.create(services, service, ours);
  const status = { loadBalancer: { ingress: [{ ip: address }] } };
  await operator.client.apply(services, { ...service, status } as Service, {
    fieldManager: "lb",
    subresource: "status",
  });
}

async function say(address: string, status: Record<string, unknown>): Promise<void> {
  const entry = { ...ledgerEntry({}, ledgerName(address)), status };
  await operator.client.apply(custom.addresses, entry, {
    fieldManager: ours,
    subresource: "status",
  });
}

async function want(address: string, spec: Record<string, unknown>): Promise<void> {
  const entry = { ...ledgerEntry({}, ledgerName(address)), spec };
  await operator.client.apply(custom.addresses, entry, { fieldManager: "retirer" });
}

async function name(addresses: readonly string[], more: object = {}): Promise<void> {
  const status = {
    addresses: addresses.map((address) => ({ address, slot: 0, phase: "Serving", since: late })),
    ...more,
  };
  operator.caches.catchUp();
  await operator.client.apply(custom.fleets, { ...fleet(), status } as CustomObject, {
    fieldManager: ours,
    subresource: "status",
  });
}

const serving = { phase: "Serving" };
const drain = { want: "Drain", drainUntil: late, retiredBecause: "Age" };
const rest = { want: "Quarantine", quarantineUntil: late };
const blocked = {
  reachability: [{ country: "IR", verdict: "Blocked", since: "2026-11-23T11:59:00Z" }],
};

describe("what goes well breaks no invariant", () => {
  test("a slot that moves by make before break", async () => {
    await claim("203.0.113.1", { status: serving });
    await name(["203.0.113.1"]);
    await claim("203.0.113.2", {
      lane: 1,
      spec: { cause: "Age" },
      status: { phase: "Provisioning" },
    });
    await makeService("ip-203-0-113-2", "203.0.113.2");
    await say("203.0.113.2", serving);
    await want("203.0.113.1", drain);
    await name(["203.0.113.2"]);
    await want("203.0.113.1", rest);
    assert.deepEqual(invariants.violations, []);
  });
});

describe("an invariant is seen to be broken", () => {
  const cases: Record<string, { happens: () => Promise<unknown>; expected: RegExp }> = {
    "two entries hold one address": {
      expected: /two entries hold 203.0.113.1/,
      happens: async () => {
        await claim("203.0.113.1");
        await operator.client.create(
          custom.addresses,
          ledgerEntry({ address: "203.0.113.1", lane: 7 }, "ip-x"),
          ours,
        );
      },
    },
    "an entry's name is not its address": {
      expected: /ip-x holds 203.0.113.1/,
      happens: async () =>
        operator.client.create(
          custom.addresses,
          ledgerEntry({ address: "203.0.113.1" }, "ip-x"),
          ours,
        ),
    },
    "what is dark has a Service": {
      expected: /ip-203-0-113-1 is dark and has a Service/,
      happens: async () => claim("203.0.113.1", { spec: rest, status: { phase: "Quarantined" } }),
    },
    "what serves has no Service": {
      expected: /ip-203-0-113-1 serves without its Service/,
      happens: async () => {
        await claim("203.0.113.1");
        await say("203.0.113.1", serving);
      },
    },
    "what serves has another address's Service": {
      expected: /ip-203-0-113-1 serves at 203.0.113.2/,
      happens: async () => {
        await claim("203.0.113.1");
        await makeService("ip-203-0-113-1", "203.0.113.2");
        await say("203.0.113.1", serving);
      },
    },
    "a Service has no entry": {
      expected: /Service ip-203-0-113-1 is left behind/,
      happens: async () => makeService("ip-203-0-113-1", "203.0.113.1"),
    },
    "an address goes dark that people use": {
      expected: /people use 203.0.113.1, which is dark/,
      happens: async () => {
        await claim("203.0.113.1", { status: serving });
        await name(["203.0.113.1"]);
        await want("203.0.113.1", rest);
      },
    },
    "a slot loses its published address": {
      expected: /slot 0 lost its published address/,
      happens: async () => {
        await claim("203.0.113.1", { status: serving });
        await want("203.0.113.1", drain);
      },
    },
    "a phase takes a slot's published address": {
      expected: /slot 0 lost its published address/,
      happens: async () => {
        await claim("203.0.113.1", { status: serving });
        await say("203.0.113.1", { phase: "Verifying" });
      },
    },
    "two entries share a lane": {
      expected: /two entries share lane 0/,
      happens: async () => {
        await claim("203.0.113.1");
        await claim("203.0.113.2", { slot: 1, lane: 0 });
      },
    },
    "two addresses of a slot are in the making": {
      expected: /slot 0 has two addresses in the making/,
      happens: async () => {
        await claim("203.0.113.1");
        await claim("203.0.113.2", { lane: 1 });
      },
    },
    "three addresses of a slot drain": {
      expected: /slot 0 has 3 addresses that drain/,
      happens: async () => {
        for (const last of [1, 2, 3])
          await claim(`203.0.113.${last}`, {
            lane: last,
            spec: drain,
            status: { phase: "Draining" },
          });
      },
    },
    "more slots move than may": {
      expected: /slot 1 moves while 1 others do/,
      happens: async () => {
        await claim("203.0.113.1", { status: serving });
        await claim("203.0.113.2", { slot: 1, status: serving });
        await claim("203.0.113.3", { lane: 2, spec: { cause: "Requested", requestedAt: "a" } });
        await claim("203.0.113.4", {
          slot: 1,
          lane: 3,
          spec: { cause: "Requested", requestedAt: "a" },
        });
      },
    },
    "more slots move by age in an hour than may": {
      expected: /1 moves by age within an hour, and one more/,
      happens: async () => {
        await claim("203.0.113.1", { spec: { cause: "Age" } });
        cluster.clock.pass(seconds(3599));
        await claim("203.0.113.2", { slot: 1, spec: { cause: "Age" } });
      },
    },
    "a slot moves during an outage": {
      expected: /slot 0 moves during an outage/,
      happens: async () => {
        for (const slot of [0, 1, 2])
          await claim(`203.0.113.${slot + 1}`, { slot, status: { ...serving, ...blocked } });
        await claim("198.51.100.1", { lane: 5, spec: { cause: "Blocked" } });
      },
    },
    "an address is taken beside a blocked one, though others are free": {
      expected: /203.0.113.2 is beside a blocked address although 198.51.100.0 is free/,
      happens: async () => {
        await claim("203.0.113.1", { status: { ...serving, ...blocked } });
        await claim("203.0.113.2", { slot: 1 });
      },
    },
    "a request is answered twice": {
      expected: /slot 0 answers "a" for the second time/,
      happens: async () => {
        const spec = { cause: "Requested", requestedAt: "a" };
        await claim("203.0.113.1", { spec, status: serving });
        await claim("203.0.113.2", { lane: 1, spec });
      },
    },
    "a request counts as answered although nothing moved": {
      expected: /"0@a" counts as answered, but slot 0 never moved/,
      happens: async () => {
        cluster.people.rotate(family, "a", 0);
        await name([], { lastHandledRotateAt: "0@a" });
      },
    },
    "a certificate serves two addresses": {
      expected: /ip-203-0-113-2 of .* shows the certificate of ip-203-0-113-1/,
      happens: async () => {
        const certificateSHA256 = "a".repeat(64);
        await claim("203.0.113.1", { status: { ...serving, certificateSHA256 } });
        await claim("203.0.113.2", { slot: 1, status: { ...serving, certificateSHA256 } });
      },
    },
  };
  for (const [title, { happens, expected }] of Object.entries(cases))
    test(title, async () => {
      await happens();
      assert.match(invariants.violations.join("\n"), expected);
    });
});

describe("what no operator can help is no violation", () => {
  const cases: Record<string, () => Promise<unknown>> = {
    "an entry that a person takes out of the ledger": async () => {
      await claim("203.0.113.1", { status: serving });
      await name(["203.0.113.1"]);
      invariants.loseEntry("ip-203-0-113-1");
    },
    "a load balancer that changes its mind": async () => {
      await claim("203.0.113.1");
      const labels = { [addressLabel]: "ip-203-0-113-1" };
      const annotations = { "metallb.io/loadBalancerIPs": "203.0.113.1" };
      const spec = { type: "LoadBalancer", ports: [] };
      const metadata = { name: "s", namespace, labels, annotations };
      await operator.client.create(
        services,
        { apiVersion: "v1", kind: "Service", metadata, spec },
        ours,
      );
      cluster.step();
      await say("203.0.113.1", serving);
      cluster.loadBalancer.giveAnother(cluster.server.list(services)[0]!);
    },
    "a slot that is no longer wanted": async () => {
      await claim("203.0.113.1", { slot: 3, status: serving });
      cluster.people.scale(family, 2);
      await want("203.0.113.1", { ...drain, retiredBecause: "SlotRemoved" });
    },
    "a fleet that is deleted": async () => {
      await claim("203.0.113.1", { status: serving });
      await name(["203.0.113.1"]);
      const finalizers = ["a.io/b"];
      cluster.server.patch(custom.fleets, family, {
        manager: "x",
        change: { metadata: { finalizers } },
      });
      cluster.people.delete(custom.fleets, family);
      await want("203.0.113.1", { ...rest, retiredBecause: "FleetDeleted" });
    },
    "moves by age that are an hour apart": async () => {
      await claim("203.0.113.1", { spec: { cause: "Age" } });
      cluster.clock.pass(hours(1));
      await claim("203.0.113.2", { slot: 1, spec: { cause: "Age" } });
    },
    "a move by age that came to nothing": async () => {
      await claim("203.0.113.1", { spec: { cause: "Age" } });
      await want("203.0.113.1", { ...rest, retiredBecause: "Unusable" });
      await claim("203.0.113.2", { slot: 1, spec: { cause: "Age" } });
    },
    "an address beside a blocked one that the operator can't know of yet": async () => {
      await claim("203.0.113.1", { status: serving });
      cluster.people.measure("ip-203-0-113-1", "IR", "Blocked");
      operator.caches.of("ProxyAddress").lose(3);
      const entry = ledgerEntry({ address: "203.0.113.2", lane: 1 }, "ip-203-0-113-2");
      await operator.client.create(custom.addresses, entry, ours);
    },
    "an entry that is made again from its Service, beside its successor": async () => {
      await claim("203.0.113.1");
      const entry = ledgerEntry({ address: "203.0.113.2", lane: 1 }, "ip-203-0-113-2");
      await operator.client.create(custom.addresses, entry, ours);
    },
    "a claim that arrives late, beside its successor": async () => {
      operator.client.faults.plan({ kind: "late" }, { times: 1 });
      await assert.rejects(claim("203.0.113.2"));
      await claim("203.0.113.1");
      invariants.letArrive([operator.client]);
    },
    "a request that is answered again, since its answer was lost": async () => {
      const spec = { cause: "Requested", requestedAt: "a" };
      await claim("203.0.113.1", { spec, status: serving });
      await name(["203.0.113.1"]);
      invariants.loseEntry("ip-203-0-113-1");
      await claim("203.0.113.2", { spec });
    },
    "a backup that is restored elsewhere": async () => {
      await claim("203.0.113.1", { status: serving });
      await name(["203.0.113.1"]);
      invariants.restoreElsewhere();
    },
  };
  for (const [title, happens] of Object.entries(cases))
    test(title, async () => {
      await happens();
      assert.deepEqual(invariants.violations, []);
    });
});

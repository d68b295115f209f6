import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { FakeCluster } from "../../stand-ins/cluster/fake-cluster.ts";
import { dataPlanePorts } from "../../stand-ins/cluster/fake-data-plane.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { fleet, pool } from "../samples.ts";
import { conditionOf, entriesOf, fleetPath, read, servicesOf } from "./fleet-objects.ts";
import { apply } from "./operator.ts";
import { type Denial, deny } from "./denials.ts";

let cluster: FakeCluster;
let server: ApiServer;

before(async () => {
  cluster = await FakeCluster.start();
  ({ server } = cluster);
  cluster.runOperator();
  await apply(server, pool({ addresses: ["127.65.0.0/24"] }));
});
after(async () => cluster.stop());

/** What the API server refuses to write, and for which of the fleet's objects. */
interface Case extends Denial {
  /** What else a person changes, so that the operator has something to write there. */
  readonly edit?: Readonly<Record<string, unknown>>;
  /** What the fleet says of it. */
  readonly says: RegExp;
}

const applied = /^True Applied: /;
const cases: Readonly<Record<string, Case>> = {
  "a policy denies its PodDisruptionBudget": {
    name: "budget",
    group: "policy",
    resource: "poddisruptionbudgets",
    from: "the start",
    says: /^False ServerRefuses: the API server refuses PodDisruptionBudget default\/budget-proxy: .*not in this cluster/,
  },
  "a policy denies its NetworkPolicy": {
    name: "network",
    group: "networking.k8s.io",
    resource: "networkpolicies",
    from: "the start",
    says: /^False ServerRefuses: the API server refuses NetworkPolicy default\/network-proxy: .*not in this cluster/,
  },
  "a policy denies every change of its Deployment": {
    name: "image",
    group: "apps",
    resource: "deployments",
    from: "when it serves",
    edit: { image: { tag: "another" } },
    says: /^False ServerRefuses: the API server refuses Deployment default\/image-proxy: .*not in this cluster/,
  },
  "its pods' requests are above their limits": {
    name: "sizes",
    edit: { resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } },
    says: /^False ServerRefuses: the API server refuses Deployment default\/sizes-proxy: .*must be less than or equal to memory limit/,
  },
  "its pods can't be annotated, a mere speed-up": {
    name: "pods",
    group: "",
    resource: "pods/status",
    from: "when it serves",
    says: applied,
  },
};

describe("a block is answered in full", () => {
  for (const [what, each] of Object.entries(cases))
    test(`although ${what}`, async () => {
      if (each.from === "the start") await deny(server, each);
      const blocked = await servingFleet(each.name);
      if (each.from === "when it serves") await deny(server, each);
      if (each.edit !== undefined) await patch(each.name, { spec: each.edit });
      await waitFor(`ChildrenApplied says ${String(each.says)}`, async () =>
        each.says.test((await conditionOf(server, each.name, "ChildrenApplied")) ?? "none"),
      );
      await reportBlocked(each.name, blocked);
      const fresh = await waitFor("another address is published", async () => {
        const [address] = await published(each.name);
        return address === blocked ? undefined : address;
      });
      await waitFor("the blocked one is dark", async () => {
        const services = await servicesOf(server, each.name);
        return services.length === 1;
      });
      const entries = await entriesOf(server, each.name);
      assert.deepEqual(
        new Map(entries.map(({ spec }) => [spec.address, spec.retiredBecause])),
        new Map([
          [blocked, "Blocked"],
          [fresh, undefined],
        ]),
      );
      assert.match((await conditionOf(server, each.name, "ChildrenApplied")) ?? "", each.says);
    });
});

async function servingFleet(name: string): Promise<string> {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  const rotation = { maxAge: "0s", minAge: "0s", drain: { scheduled: "1s", blocked: "1s" } };
  const addresses = { count: 1, pools: [{ name: "metallb-a" }] };
  await apply(server, fleet({ replicas: 1, listeners, rotation, addresses }, name));
  return waitFor(`${name} has a published address`, async () => (await published(name))[0]);
}

async function published(name: string): Promise<readonly string[]> {
  const live = await read<WhatsAppProxy>(server, fleetPath(name));
  const serving = live?.status?.addresses?.filter(({ phase }) => phase === "Serving") ?? [];
  return serving.map(({ address }) => address);
}

async function reportBlocked(name: string, address: string): Promise<void> {
  const annotations = { [reportBlockedAnnotation]: `${address} IR it does not work` };
  await patch(name, { metadata: { annotations } });
}

async function patch(name: string, body: object): Promise<void> {
  const { code, body: answer } = await server.patch(fleetPath(name), body);
  assert.equal(code, 200, String(answer["message"]));
}

import { apiVersion, childName, serviceName } from "../../../../src/api/names.ts";
import * as custom from "../../../../src/api/resources.ts";
import { podDisruptionBudgets, pods, services } from "../../../../src/kubernetes/builtin.ts";
import type { Pod, Service } from "../../../../src/kubernetes/objects.ts";
import { keyOf } from "../../../../src/kubernetes/resource.ts";
import { seconds } from "../../../../src/values/time.ts";
import {
  type Entry,
  isInMaking,
  isPublished,
} from "../../../stand-ins/simulated-cluster/invariants/entry.ts";
import {
  type FaultRule,
  forbidden,
  notAllowed,
} from "../../../stand-ins/simulated-cluster/process/faults.ts";
import { type Stage, fleetKey } from "./stage.ts";

/** Something goes wrong that is no matter of slot 1 of the fleet. */
type Mishap = (stage: Stage) => void | Promise<void>;

const other = { namespace: fleetKey.namespace, name: "others" };
const otherPool = "pool-b";

/** What goes wrong with one address, one child, one pod, one pool, one object or one call. */
export const mishaps: Readonly<Record<string, Mishap>> = {
  "the load balancer refuses the address that slot 0 has claimed": async (stage) =>
    withClaimOfSlot0(stage, ({ spec }) =>
      stage.cluster.loadBalancer.refuse(spec.address ?? "", "address also in use"),
    ),
  "the load balancer passes over the address that slot 0 has claimed": async (stage) =>
    withClaimOfSlot0(stage, ({ spec }) =>
      stage.cluster.loadBalancer.ignored.add(spec.address ?? ""),
    ),
  "the address that slot 0 has claimed answers nothing": async (stage) =>
    withClaimOfSlot0(stage, ({ spec }) => stage.cluster.network.broken.add(spec.address ?? "")),
  "the API server refuses the Service of slot 0's claim": async (stage) =>
    withClaimOfSlot0(stage, ({ name }) => {
      const { uid = "" } = stage.cluster.server.get(custom.addresses, { name })?.metadata ?? {};
      const service = serviceName(fleetKey.name, 0, uid);
      refuse(stage, { resource: "services", key: `${fleetKey.namespace}/${service}` });
    }),
  "nobody can read the entry that slot 0 has claimed": async (stage) =>
    withClaimOfSlot0(stage, ({ name, spec }) => {
      const nonsense = { ...spec, want: "Nonsense" };
      stage.cluster.server.keepUnchecked(custom.addresses, { name }, nonsense);
    }),
  "nobody can read the entry of the address that slot 0 uses": ({
    cluster: { server },
    entries,
  }) => {
    const used = entries.find((each) => isPublished(each) && each.spec.claimRef.slot === 0);
    if (used === undefined) return;
    const nonsense = { ...used.spec, want: "Nonsense" };
    server.keepUnchecked(custom.addresses, { name: used.name }, nonsense);
  },
  "the load balancer takes slot 0's address back": (stage) =>
    withServiceOfSlot0(stage, (service) => stage.cluster.loadBalancer.takeBack(service)),
  "somebody's finalizer holds the Service of slot 0's old address": (stage) =>
    withServiceOfSlot0(stage, (service) => {
      const finalizers = [...(service.metadata.finalizers ?? []), "example.org/audit"];
      const change = { metadata: { finalizers } };
      stage.cluster.server.patch(services, keyOf(service), { manager: "somebody", change });
      stage.cluster.people.rotate(fleetKey, "held", 0);
    }),
  "the API server refuses the fleet's disruption budget": (stage) => {
    const key = { ...fleetKey, name: childName(fleetKey.name) };
    stage.cluster.server.delete(podDisruptionBudgets, key);
    refuse(stage, { resource: "poddisruptionbudgets" });
  },
  "the API server refuses the fleet's status": (stage) =>
    refuse(stage, { resource: "whatsappproxies/status" }),
  "the API server refuses all Events": (stage) => refuse(stage, { resource: "events" }),
  "the API server refuses what is written to pools": (stage) => {
    refuse(stage, { resource: "addresspools" });
    refuse(stage, { resource: "addresspools/status" });
  },
  "the API server refuses annotations of pods": (stage) =>
    refuse(stage, { resource: "pods/status" }),
  "a pod is silent": (stage) => {
    stage.cluster.supervisors.silent.add(firstPod(stage).metadata.name);
  },
  "a pod takes no new configuration": (stage) => {
    stage.cluster.supervisors.stuck.add(firstPod(stage).metadata.name);
  },
  "a pod is not ready": (stage) => stage.cluster.workloads.setReady(firstPod(stage), false),
  "a pod dies": (stage) => stage.cluster.workloads.kill(firstPod(stage)),
  "the clock goes wrong by two hours": ({ cluster: { clock } }) => {
    clock.set(seconds(7_200));
    clock.isDoubtful = true;
  },
  "the clock goes back by two hours": ({ cluster: { clock } }) => {
    clock.set(seconds(-7_200));
    clock.isDoubtful = true;
  },
  "a pool that the fleet names has vanished": ({ cluster: { people } }) =>
    people.edit(fleetKey, { addresses: { pools: [{ name: "gone" }, { name: "pool-a" }] } }),
  "nobody can read another pool": ({ cluster: { server } }) =>
    server.keepUnchecked(custom.pools, { name: otherPool }, { provider: 7 }),
  "nobody can read another fleet": ({ cluster: { server } }) =>
    server.keepUnchecked(custom.fleets, other, { addresses: "many" }),
  "another fleet's pool runs dry": ({ cluster: { people } }) => {
    const spec = { provider: "MetalLB", addresses: ["192.0.2.128/32"], reserve: 0 };
    people.apply(custom.pools, { ...manifest("AddressPool", { name: otherPool }), spec });
    const addresses = { count: 8, pools: [{ name: otherPool }] };
    people.apply(custom.fleets, { ...manifest("WhatsAppProxy", other), spec: { addresses } });
  },
  "another fleet's addresses swallow what is sent to them": ({ cluster }) => {
    const spec = { provider: "MetalLB", addresses: ["192.0.2.128/28"], reserve: 0 };
    cluster.people.apply(custom.pools, { ...manifest("AddressPool", { name: otherPool }), spec });
    for (let i = 128; i < 144; i++) cluster.network.blackHoles.add(`192.0.2.${i}`);
    const addresses = { count: 8, pools: [{ name: otherPool }] };
    cluster.people.apply(custom.fleets, {
      ...manifest("WhatsAppProxy", other),
      spec: { addresses },
    });
  },
};

const manifest = (kind: string, metadata: { readonly name: string }) => ({
  apiVersion,
  kind,
  metadata,
});

/** For as long as the process lives. */
function refuse({ operator }: Stage, rule: FaultRule): void {
  const { faults } = operator.process.client;
  faults.plan(forbidden("exceeded quota"), rule);
  faults.plan(notAllowed("denied by policy"), { ...rule, verb: "create" });
}

/**
 * A person moves slot 0, and no load balancer has set the address yet that it claims. Another mishap
 * may have it claim nothing.
 */
async function withClaimOfSlot0(stage: Stage, then: (claim: Entry) => void): Promise<void> {
  const { loadBalancer, people } = stage.cluster;
  loadBalancer.isSilent = true;
  people.rotate(fleetKey, "trouble", 0);
  for (let left = 20; left > 0; left--) {
    const claim = stage.entries.find(isInMaking);
    if (claim !== undefined) {
      then(claim);
      break;
    }
    await stage.pass(1);
  }
  loadBalancer.isSilent = false;
}

/** Another mishap may have left it none that serves. */
function withServiceOfSlot0(stage: Stage, then: (service: Service) => void): void {
  const entry = stage.entries.find((each) => isPublished(each) && each.spec.claimRef.slot === 0);
  const found = stage.services.find(
    ({ metadata }) => metadata.labels?.["proxyfleet.dev/address"] === entry?.name,
  );
  if (found !== undefined) then(found);
}

function firstPod({ cluster }: Stage): Pod {
  const [pod] = cluster.server.list(pods);
  if (pod === undefined) throw new Error("there are no pods");
  return pod;
}

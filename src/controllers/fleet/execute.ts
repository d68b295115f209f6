import type { WhatsAppProxy } from "../../api/fleet.ts";
import type { Claim } from "../../domain/claim.ts";
import type { FleetStatus } from "../../domain/fleet-status.ts";
import type { Retirement } from "../../domain/retire.ts";
import { Applier, covers, pinned } from "../../kube/apply.ts";
import { deployments, networkPolicies, podDisruptionBudgets, pods as podKind, secrets } from "../../kube/builtin.ts";
import * as custom from "../../kube/custom.ts";
import type { CustomObject } from "../../kube/custom.ts";
import { ConflictError } from "../../kube/errors.ts";
import { type ChildOwner, deploymentManifest } from "../../manifests/deployment.ts";
import { disruptionBudgetManifest } from "../../manifests/disruption-budget.ts";
import { fieldManagers, fleetFinalizer, fleetLabel, fleetNamespaceLabel, revisionAnnotation } from "../../manifests/names.ts";
import { networkPolicyManifest } from "../../manifests/network-policy.ts";
import type { KubeObject, Pod, Secret } from "../../manifests/objects.ts";
import { claimManifest, retiredManifest, verdictManifest } from "../../manifests/proxy-address.ts";
import type { Environment } from "../environment.ts";
import { isLost } from "../service/lost.ts";
import type { FleetPlan, LivePlan } from "./decide.ts";
import { hasFinalizer } from "./decide.ts";
import type { ObservedFleet } from "./gather.ts";
import { secretRevision } from "./lane-certificates.ts";
import { lanesSecret } from "./lanes.ts";

/** Carries out plans of fleets. Every step may be the last before a crash: each leaves a state from which the next plan goes on. */
export class FleetExecutor {
  readonly #environment: Environment;
  readonly #applier: Applier;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#applier = new Applier(environment.client, fieldManagers.fleet);
  }

  async execute(observed: ObservedFleet, plan: FleetPlan): Promise<void> {
    if (plan.kind !== "live") {
      await this.#retire(observed, plan.retirements);
      if (plan.kind === "malformed") await this.#writeStatus(observed, plan.status);
      return;
    }
    if (plan.finalizer === "remove") return this.#setFinalizer(plan.fleet, false);
    if (!hasFinalizer(observed) && plan.fleet.metadata.deletionTimestamp === undefined) await this.#setFinalizer(plan.fleet, true);
    await this.#applyChildren(observed, plan);
    await this.#retire(observed, plan.retirements);
    await this.#claim(observed, plan);
    await this.#writeVerdict(observed, plan);
    await this.#writeStatus(observed, plan.status);
    await this.#environment.events.tell(plan.fleet, ...plan.stories);
  }

  async #applyChildren(observed: ObservedFleet, { fleet, openLanes, bank }: LivePlan): Promise<void> {
    const { caches, settings, now, random } = this.#environment;
    const child = childOf(fleet);
    const secret = await lanesSecret(child, fleet.spec, openLanes, bank, observed.secret, now(), random);
    await this.#applier.apply(secrets, caches.secrets, secret);
    await this.#pokePods(observed.pods, secret);
    if (fleet.metadata.deletionTimestamp !== undefined) return;
    await this.#applier.apply(deployments, caches.deployments, deploymentManifest(child, fleet.spec, settings.proxyImage));
    await this.#applier.apply(podDisruptionBudgets, caches.disruptionBudgets, disruptionBudgetManifest(child));
    await this.#applier.apply(
      networkPolicies,
      caches.networkPolicies,
      networkPolicyManifest(child, fleet.spec, settings.operatorNamespace),
    );
  }

  /** Touches pods that don't know of the Secret's content yet: their kubelet brings it to them in a second instead of in up to 70. */
  async #pokePods(pods: readonly Pod[], secret: Secret): Promise<void> {
    const revision = secretRevision(secret);
    const isOutdated = (pod: Pod) => pod.status?.phase === "Running" && pod.metadata.annotations?.[revisionAnnotation] !== revision;
    const { client, caches } = this.#environment;
    for (const pod of pods.filter(isOutdated)) {
      const { metadata } = pod;
      const { name, namespace = "" } = metadata;
      const body = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, ...pinned(caches.pods, pod), annotations: { [revisionAnnotation]: revision ?? "" } },
      };
      caches.pods.wrote(await client.apply(podKind, body, fieldManagers.pods, "status"));
    }
  }

  async #retire({ entries }: ObservedFleet, steps: readonly Retirement[]): Promise<void> {
    for (const step of steps) {
      const entry = entries.find(({ metadata }) => metadata.name === step.name);
      if (entry !== undefined) await this.#applyEntry(retiredManifest(entry, step));
    }
  }

  async #applyEntry(manifest: KubeObject): Promise<void> {
    this.#environment.caches.addresses.wrote(
      await this.#environment.client.apply<CustomObject>(custom.addresses, manifest, fieldManagers.fleet),
    );
  }

  /** Takes the addresses. The cache may lag behind claims made just before a crash, so the server is asked first. */
  async #claim(observed: ObservedFleet, { fleet, rotation }: LivePlan): Promise<void> {
    if (rotation.claims.length === 0) return;
    this.#expectNoLostEntries(fleet);
    await this.#expectNoOtherClaims(observed, fleet);
    const { client, caches } = this.#environment;
    const { namespace, name, uid } = fleet.metadata;
    for (const claim of rotation.claims) {
      const manifest = claimManifest({ namespace, name, uid }, fleet.spec.listeners, claim);
      try {
        caches.addresses.wrote(await client.create<CustomObject>(custom.addresses, manifest, fieldManagers.fleet));
      } catch (error) {
        if (error instanceof ConflictError) await this.#learn(claim);
        throw error;
      }
    }
  }

  /** A Service whose entry is lost is adopted back or deleted first: it holds an address, and may serve a slot. */
  #expectNoLostEntries({ metadata }: WhatsAppProxy): void {
    const { caches } = this.#environment;
    const lost = caches.services.by("fleet", `${metadata.namespace}/${metadata.name}`).find((service) => isLost(service, caches));
    if (lost !== undefined)
      throw new ConflictError("claim", 409, "EntryLost", `Service ${lost.metadata.name} has lost its ledger entry, which is mended first`);
  }

  async #expectNoOtherClaims({ entries }: ObservedFleet, { metadata }: WhatsAppProxy): Promise<void> {
    const labelSelector = `${fleetNamespaceLabel}=${metadata.namespace},${fleetLabel}=${metadata.name}`;
    const { items } = await this.#environment.client.list(custom.addresses, { labelSelector });
    const known = new Set(entries.map(({ metadata: { name } }) => name));
    const unknown = items.filter((item) => !known.has(item.metadata.name));
    for (const item of unknown) this.#environment.caches.addresses.wrote(item);
    if (unknown.length > 0)
      throw new ConflictError(
        "claim",
        409,
        "CacheBehind",
        `the ledger holds ${unknown.length} more entries of ${metadata.namespace}/${metadata.name} than were known`,
      );
  }

  /** The address is taken by an entry that the cache does not have yet: the next plan must see it. */
  async #learn(claim: Claim): Promise<void> {
    const taken = await this.#environment.client.get<CustomObject>(custom.addresses, { name: claim.name });
    if (taken !== undefined) this.#environment.caches.addresses.wrote(taken);
  }

  /** Enters a person's report into the ledger. Verdicts for other countries are sent along: what is left out would be removed. */
  async #writeVerdict({ entries }: ObservedFleet, { rotation: { report } }: LivePlan): Promise<void> {
    if (report.kind !== "verdict") return;
    const entry = entries.find(({ metadata }) => metadata.name === report.entry);
    if (entry === undefined) return;
    const verdict = verdictManifest(entry, report, this.#environment.now());
    const { client, caches } = this.#environment;
    caches.addresses.wrote(await client.apply<CustomObject>(custom.addresses, verdict, fieldManagers.reachability, "status"));
  }

  async #setFinalizer(fleet: WhatsAppProxy, wanted: boolean): Promise<void> {
    const { client, caches } = this.#environment;
    const { apiVersion, kind, metadata } = fleet;
    const { name, namespace } = metadata;
    const finalizers = wanted ? [fleetFinalizer] : [];
    const body = { apiVersion, kind, metadata: { name, namespace, ...pinned(caches.fleets, fleet), finalizers } };
    caches.fleets.wrote(await client.apply<CustomObject>(custom.fleets, body, fieldManagers.fleet));
  }

  async #writeStatus({ raw }: ObservedFleet, status: Partial<FleetStatus>): Promise<void> {
    if (raw === undefined || (covers(raw.status, status) && covers(status, raw.status))) return;
    const { client, caches } = this.#environment;
    const { name, namespace = "" } = raw.metadata;
    const body = { apiVersion: raw.apiVersion, kind: raw.kind, metadata: { name, namespace, ...pinned(caches.fleets, raw) }, status };
    caches.fleets.wrote(await client.apply<CustomObject>(custom.fleets, body, fieldManagers.fleet, "status"));
  }
}

function childOf({ apiVersion, kind, metadata }: WhatsAppProxy): ChildOwner {
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
  return { namespace: metadata.namespace, fleet: metadata.name, owner };
}

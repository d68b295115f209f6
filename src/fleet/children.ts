import type { WhatsAppProxy } from "../api/fleet.ts";
import { Applier, hashOf, pinned } from "../kubernetes/apply.ts";
import {
  deployments,
  networkPolicies,
  podDisruptionBudgets,
  pods as podKind,
  secrets,
} from "../kubernetes/builtin.ts";
import { type ChildOwner, deploymentManifest } from "../proxy/deployment.ts";
import { disruptionBudgetManifest } from "../proxy/disruption-budget.ts";
import { childName, fieldManagers, revisionAnnotation } from "../api/names.ts";
import { networkPolicyManifest } from "../proxy/network-policy.ts";
import type { Pod, Secret } from "../kubernetes/objects.ts";
import type { Environment } from "../cluster/environment.ts";
import type { LivePlan } from "./decide.ts";
import type { ObservedFleet } from "./observe.ts";
import { firstRevision, secretRevision } from "../proxy/lane-certificates.ts";
import { lanesSecret } from "../proxy/secret.ts";

/** Keeps a fleet's Secret, Deployment, PodDisruptionBudget and NetworkPolicy as its plan says. */
export class FleetChildren {
  readonly #environment: Environment;
  readonly #applier: Applier;
  /**
   * By fleet: what its children were made from and what they were when there was nothing to do. The
   * same again is nothing to do again.
   */
  readonly #settled = new Map<string, string>();

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#applier = new Applier(environment.client, fieldManagers.fleet);
    const {
      secrets: secretStore,
      deployments: deploymentStore,
      disruptionBudgets,
      networkPolicies: policies,
    } = environment.caches;
    for (const store of [secretStore, deploymentStore, disruptionBudgets, policies])
      this.#applier.follow(store);
  }

  async apply(observed: ObservedFleet, plan: LivePlan): Promise<void> {
    const { uid } = plan.fleet.metadata;
    const state = this.#stateOf(plan);
    if (this.#settled.get(uid) !== state && !(await this.#applyAll(observed, plan)))
      this.#settled.set(uid, state);
    await this.#pokePods(observed.pods, this.#environment.caches.secrets.get(childKey(plan.fleet)));
  }

  /** Drops what is remembered of a fleet that is gone. */
  forget(uid: string): void {
    this.#settled.delete(uid);
  }

  /**
   * Returns whether anything had to be written. The Secret comes first: no pod is older than the
   * first state of it.
   */
  async #applyAll(observed: ObservedFleet, { fleet, openLanes, bank }: LivePlan): Promise<boolean> {
    const { caches, settings, now, random } = this.#environment;
    const child = childOf(fleet);
    const secret = await lanesSecret(
      child,
      { spec: fleet.spec, lanes: openLanes, bank, live: observed.secret },
      { now: now(), random },
    );
    const first = await this.#applier.apply(secrets, caches.secrets, secret);
    if (fleet.metadata.deletionTimestamp !== undefined) return first === "applied";
    const others = await Promise.all([
      this.#applier.apply(
        deployments,
        caches.deployments,
        deploymentManifest(child, fleet.spec, settings.proxyImage),
      ),
      this.#applier.apply(
        podDisruptionBudgets,
        caches.disruptionBudgets,
        disruptionBudgetManifest(child),
      ),
      this.#applier.apply(
        networkPolicies,
        caches.networkPolicies,
        networkPolicyManifest(child, fleet.spec, [
          settings.operatorNamespace,
          ...(settings.monitoringNamespaces ?? []),
        ]),
      ),
    ]);
    return [first, ...others].includes("applied");
  }

  /**
   * All that the children depend on, and the children themselves, in few letters: it is kept for
   * each fleet.
   */
  #stateOf({ fleet, bank, openLanes }: LivePlan): string {
    const {
      secrets: secretStore,
      deployments: deploymentStore,
      disruptionBudgets,
      networkPolicies: policies,
    } = this.#environment.caches;
    const key = childKey(fleet);
    const children = [secretStore, deploymentStore, disruptionBudgets, policies].map(
      (store) => store.get(key)?.metadata.resourceVersion,
    );
    const { generation, deletionTimestamp } = fleet.metadata;
    return hashOf([generation, deletionTimestamp, bank, openLanes, children]);
  }

  /**
   * Touches pods that don't know of the Secret's content yet: their kubelet brings it to them in a
   * second instead of in up to 70.
   */
  async #pokePods(pods: readonly Pod[], secret: Secret | undefined): Promise<void> {
    const revision = secretRevision(secret);
    if (secret === undefined || revision === undefined) return;
    const { client, caches } = this.#environment;
    for (const pod of pods.filter((each) => isOutdated(each, secret, revision))) {
      const { name, namespace = "" } = pod.metadata;
      const metadata = {
        name,
        namespace,
        ...pinned(caches.pods, pod),
        annotations: { [revisionAnnotation]: revision },
      };
      caches.pods.recordWrite(
        await client.apply(
          podKind,
          { apiVersion: "v1", kind: "Pod", metadata },
          fieldManagers.pods,
          "status",
        ),
      );
    }
  }
}

/** A pod that is younger than a Secret which never changed has started with it. */
function isOutdated({ metadata, status }: Pod, secret: Secret, revision: string): boolean {
  if (status?.phase !== "Running" || metadata.annotations?.[revisionAnnotation] === revision)
    return false;
  const isOlder = (metadata.creationTimestamp ?? "") < (secret.metadata.creationTimestamp ?? "");
  return isOlder || firstRevision(secret) !== revision;
}

function childKey({ metadata }: WhatsAppProxy): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace: metadata.namespace, name: childName(metadata.name) };
}

function childOf({ apiVersion, kind, metadata }: WhatsAppProxy): ChildOwner {
  const owner = {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  return { namespace: metadata.namespace, fleet: metadata.name, owner };
}

import { fieldManagers, revisionAnnotation } from "../api/names.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import { isAsMade } from "../cluster/as-made.ts";
import {
  deployments,
  networkPolicies,
  podDisruptionBudgets,
  pods as podResource,
  secrets,
} from "../kubernetes/builtin.ts";
import { hashOf } from "../kubernetes/difference.ts";
import type { KubeObject, Pod, Secret } from "../kubernetes/objects.ts";
import { type Resource, stateOf } from "../kubernetes/resource.ts";
import type { ChildOwner } from "../proxy/deployment.ts";
import { disruptionBudgetManifest } from "../proxy/disruption-budget.ts";
import { firstRevision, secretRevision } from "../proxy/lane-certificates.ts";
import { networkPolicyManifest } from "../proxy/network-policy.ts";
import { secretManifest } from "../proxy/secret.ts";
import type { Instant } from "../values/time.ts";
import type { Effect } from "../runtime/effect.ts";
import { isEnding } from "./deletion.ts";
import { fleetDeployment, waitsForTurn } from "./deployment.ts";
import { ticketsDue } from "./asks.ts";
import { type FleetLane, withCertificates } from "./lanes.ts";
import type { LiveFleet } from "./observed.ts";

/** The fleet's lanes: how many its pods bind, and which of them serve an address. */
export interface LaneBank {
  readonly bank: number;
  readonly lanes: readonly FleetLane[];
  readonly now: Instant;
}

const secretEffect = "secret";

/**
 * Makes the fleet's Secret, Deployment, PodDisruptionBudget and NetworkPolicy what they should be.
 * The Secret comes first: no pod is older than its first state. One that is as it should be has no
 * effect.
 */
export function childEffects(live: LiveFleet, lanes: LaneBank): readonly Effect[] {
  const { observed, fleet } = live;
  const { children, settings } = observed;
  const child = ownerOf(fleet);
  const secret = applyEffect(secretEffect, secrets, { object: desiredSecret(live, lanes) });
  const pods = annotatePods(live, secret[0]?.object);
  if (isEnding(observed)) return [...secret, ...pods];
  const needs = secret.map(({ id }) => id);
  const made = [fleet.metadata.uid, fleet.metadata.generation, settings];
  const inputs = hashOf(made);
  const peers = {
    askers: [settings.operatorNamespace, ...(settings.monitoringNamespaces ?? [])],
    privateNetworks: settings.privateUpstreams ?? [],
  };
  const ofPods = hashOf([made, waitsForTurn(live) !== undefined]);
  const deployment = unlessMade(children.deployment, ofPods, () => fleetDeployment(live, child));
  const budget = unlessMade(children.disruptionBudget, inputs, () =>
    disruptionBudgetManifest(child),
  );
  const policy = unlessMade(children.networkPolicy, inputs, () =>
    networkPolicyManifest(child, fleet.spec, peers),
  );
  return [
    ...secret,
    ...applyEffect("deployment", deployments, { object: deployment, needs }),
    ...applyEffect("disruption budget", podDisruptionBudgets, { object: budget }),
    ...applyEffect("network policy", networkPolicies, { object: policy }),
    ...pods,
  ];
}

function desiredSecret(
  { observed, fleet }: LiveFleet,
  { bank, lanes, now }: LaneBank,
): Secret | undefined {
  const { metadata, spec } = fleet;
  const { secret: live } = observed.children;
  const certificates = [...observed.certificates.keys()];
  const { privateUpstreams: privateNetworks = [] } = observed.settings;
  const { uid, generation } = metadata;
  const due = ticketsDue(observed, now);
  const inputs = hashOf([uid, generation, bank, lanes, certificates, privateNetworks, due]);
  return unlessMade(live, inputs, () => {
    const open = withCertificates(observed, lanes, now);
    return secretManifest({ child: ownerOf(fleet), spec, bank, open, privateNetworks, live });
  });
}

interface Made {
  readonly inputs: string;
  /** What should be; nothing where it is so. */
  readonly desired: KubeObject | undefined;
}

/**
 * What was made beside a live object last: a settled fleet makes nothing again, and neither does
 * one whose write the server refuses.
 */
const lastMade = new WeakMap<KubeObject, Made>();

/** What should be, or nothing where the live object was made from these very inputs. */
export function unlessMade<T extends KubeObject>(
  live: T | undefined,
  inputs: string,
  make: () => T,
): T | undefined {
  if (live === undefined) return make();
  const known = lastMade.get(live);
  if (known?.inputs === inputs) return known.desired as T | undefined;
  const made = make();
  const desired = isAsMade(live, made) ? undefined : made;
  lastMade.set(live, { inputs, desired });
  return desired;
}

type ChildEffect = Extract<Effect, { kind: "apply" }>;

interface DesiredChild {
  /** Undefined where the live one is as it should be. */
  readonly object: KubeObject | undefined;
  readonly needs?: readonly string[];
}

/** Applies a child as the fleet's own. */
export function applyEffect(
  id: string,
  of: Resource<KubeObject>,
  { object, needs = [] }: DesiredChild,
): readonly ChildEffect[] {
  if (object === undefined) return [];
  return [{ kind: "apply", id, of, object, fieldManager: fieldManagers.fleet, needs }];
}

/** The fleet as its children name it. */
export function ownerOf({ apiVersion, kind, metadata }: WhatsAppProxy): ChildOwner {
  const { namespace, name, uid } = metadata;
  const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  return { namespace, fleet: name, owner };
}

/**
 * Annotates pods that don't know of the Secret's content yet: their kubelet brings it to them in a
 * second instead of in up to 70.
 */
function annotatePods({ observed }: LiveFleet, made: KubeObject | undefined): readonly Effect[] {
  const { pods, children } = observed;
  const { secret: live } = children;
  const secret: Secret | undefined = made ?? live;
  const revision = secretRevision(secret);
  if (live === undefined || revision === undefined) return [];
  const needs = made === undefined ? [] : [secretEffect];
  return pods
    .filter((pod) => isOutdated(pod, live, revision))
    .map((pod) => ({ ...annotatePod(pod, revision), needs }));
}

function annotatePod(pod: Pod, revision: string): Effect {
  const { name, namespace = "" } = pod.metadata;
  const metadata = { name, namespace, annotations: { [revisionAnnotation]: revision } };
  return {
    kind: "apply",
    id: `pod ${name}`,
    of: podResource,
    object: { apiVersion: "v1", kind: "Pod", metadata },
    fieldManager: fieldManagers.pods,
    state: stateOf(pod),
    subresource: "status",
    optional: true,
  };
}

/** A pod that is younger than a Secret which never changed has started with it. */
function isOutdated({ metadata, status }: Pod, secret: Secret, revision: string): boolean {
  if (status?.phase !== "Running" || metadata.annotations?.[revisionAnnotation] === revision)
    return false;
  const isOlder = (metadata.creationTimestamp ?? "") < (secret.metadata.creationTimestamp ?? "");
  return isOlder || firstRevision(secret) !== revision;
}

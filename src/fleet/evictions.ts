import { fieldManagers, lastEvictionAnnotation } from "../api/names.ts";
import { podDisruptionBudgets, pods as podResource } from "../kubernetes/builtin.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { Pod, PodDisruptionBudget } from "../kubernetes/objects.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import { type FleetPods, type LastEviction, laggard, someLag } from "../pods/laggard.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Instant, formatInstant, parseInstant, plus, seconds } from "../values/time.ts";
import type { LiveFleet } from "./observed.ts";

/** While a pod lags, it is looked at again after this time. */
const lookAgain = seconds(10);

const noteId = "note of the eviction";

/**
 * Evicts a pod that lags behind, so that another one takes its place. The fleet's
 * PodDisruptionBudget is told first: whoever leads next knows of it, and of two leaders only one
 * can. The budget itself may refuse, and it is tried again.
 */
export function evictionEffects(live: LiveFleet, now: Instant): readonly Effect[] {
  const { disruptionBudget: budget } = live.observed.children;
  const fleet = fleetPods(live);
  const pod = budget === undefined ? undefined : laggard(fleet, now);
  if (budget === undefined || pod === undefined) return [];
  const isNoted = fleet.lastEviction?.uid === pod.metadata.uid;
  const note = isNoted ? [] : [noteEffect(budget, pod, now)];
  const needs = note.map(({ id }) => id);
  const id = `evict ${pod.metadata.name}`;
  const because = "for a minute it has answered without the lanes that other pods have loaded";
  return [
    ...note,
    {
      kind: "evict",
      id,
      of: podResource,
      key: keyOf(pod),
      state: stateOf(pod),
      because,
      needs,
      optional: true,
    },
    {
      kind: "event",
      id: `event of ${id}`,
      about: live.observed.raw,
      notes: [evicted(pod)],
      needs: [id],
    },
  ];
}

/** When to look again at pods that lag; undefined where none does. */
export function evictionLookAt(live: LiveFleet, now: Instant): Instant | undefined {
  return someLag(fleetPods(live)) ? plus(now, lookAgain) : undefined;
}

function fleetPods({ observed, fleet }: LiveFleet): FleetPods {
  const { pods, answers, children } = observed;
  return {
    replicas: fleet.spec.replicas,
    pods,
    answers,
    secret: children.secret,
    lastEviction: lastEviction(children.disruptionBudget),
  };
}

function noteEffect(budget: PodDisruptionBudget, pod: Pod, now: Instant): Effect {
  const { apiVersion, kind, metadata } = budget;
  const { name, namespace = "" } = metadata;
  const annotations = {
    [lastEvictionAnnotation]: `${pod.metadata.uid ?? ""} ${formatInstant(now)}`,
  };
  return {
    kind: "apply",
    id: noteId,
    of: podDisruptionBudgets,
    object: { apiVersion, kind, metadata: { name, namespace, annotations } },
    fieldManager: fieldManagers.pods,
    state: stateOf(budget),
    optional: true,
  };
}

/** What the budget remembers; undefined where no pod was ever evicted. */
function lastEviction(budget: PodDisruptionBudget | undefined): LastEviction | undefined {
  const text = budget?.metadata.annotations?.[lastEvictionAnnotation];
  if (text === undefined) return undefined;
  const [uid = "", at = ""] = text.split(" ");
  return { uid, at: parseInstant(at) };
}

function evicted({ metadata: { name } }: Pod): EventNote {
  return {
    type: "Warning",
    reason: "PodEvicted",
    message: `pod ${name} answers, but for over a minute it has not loaded lanes that other pods serve: it is evicted, so that another one takes its place. If it happens again, look at the kubelet of its node`,
  };
}

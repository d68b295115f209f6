import type { Pod, Secret } from "../kubernetes/objects.ts";
import { revisionAnnotation } from "../api/names.ts";
import { laneCertificates, secretRevision } from "../proxy/lane-certificates.ts";
import { type Instant, type Millis, hours, minutes, since } from "../values/time.ts";
import { type PodAnswer, isFresh } from "./answer.ts";
import type { PodStatus } from "./status.ts";
import { hasEnded, isServingPod } from "./view.ts";

/** A pod that was evicted last, as the fleet's PodDisruptionBudget remembers it. */
export interface LastEviction {
  readonly uid: string;
  /** Undefined where that can't be read: then nobody knows that it is long ago. */
  readonly at: Instant | undefined;
}

/** All of a fleet's pods, with what each answered last. */
export interface FleetPods {
  readonly replicas: number;
  readonly pods: readonly Pod[];
  readonly answers: ReadonlyMap<string, PodAnswer>;
  /** What they should have loaded. */
  readonly secret: Secret | undefined;
  readonly lastEviction: LastEviction | undefined;
}

/** A pod with an answer that says enough of it. */
interface KnownPod {
  readonly pod: Pod;
  readonly answer: PodAnswer;
  readonly status: PodStatus;
}

/**
 * A pod may lag so long (s by its own clock). A kubelet that was not woken by the pod's annotation
 * takes up to a minute and a half as a matter of course.
 */
const patience = { woken: 60, asleep: 180 };

/** An answer of a pod that does not lag counts for this long: it is asked only now and then. */
const trust: Millis = minutes(1);

/** At most one eviction in this time: by the operator's clock, and by the pods' own. */
const between: Millis = hours(1);

/**
 * The pod that may be evicted now, if there is one: it answers, and has not loaded lanes that
 * another pod has, for a minute by its own clock. An eviction ends sessions, so nothing is concluded
 * from silence: as long as any pod of the fleet is not there, not ready, silent or refuses a
 * configuration, no pod is evicted. So the only pod of a fleet never is, nor are all of them.
 */
export function laggard(fleet: FleetPods, now: Instant): Pod | undefined {
  const { replicas, secret, lastEviction } = fleet;
  const pods = fleet.pods.filter((pod) => !hasEnded(pod));
  const revision = secretRevision(secret);
  const known = pods.flatMap((pod) => knownPod(pod, fleet, now));
  if (revision === undefined || known.length < pods.length || pods.length < replicas)
    return undefined;
  if (!known.some(({ status }) => status.revision === revision)) return undefined;
  const late = known.filter((each) => lags(each, fleet, now)).map(({ pod }) => pod);
  const again = late.find(({ metadata }) => metadata.uid === lastEviction?.uid);
  if (again !== undefined || !isLongAgo(lastEviction, known, now)) return again;
  return late.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

/** Whether some serving pod lags, so that it is worth a look again soon. */
export function someLag({ pods, answers }: FleetPods): boolean {
  return pods.some((pod) => isServingPod(pod) && answers.get(pod.metadata.name)?.lag !== undefined);
}

function knownPod(pod: Pod, { answers }: FleetPods, now: Instant): readonly KnownPod[] {
  const answer = answers.get(pod.metadata.name);
  const status = answer?.status;
  if (answer === undefined || status === undefined || !isServingPod(pod)) return [];
  const age = since(answer.at, now);
  const refuses = status.refused !== undefined && status.refused !== null;
  return age >= 0 && age < trust && !refuses ? [{ pod, answer, status }] : [];
}

function lags({ pod, answer, status }: KnownPod, { secret }: FleetPods, now: Instant): boolean {
  const { lag } = answer;
  const revision = secretRevision(secret);
  if (lag === undefined || status.revision === revision || !isFresh(answer, now)) return false;
  const isWoken = pod.metadata.annotations?.[revisionAnnotation] === revision;
  if (lag.to - lag.from < patience[isWoken ? "woken" : "asleep"]) return false;
  return laneCertificates(secret).some((wanted) => !serves(status, wanted));
}

function serves(
  { lanes }: PodStatus,
  wanted: { readonly lane: number; readonly sha256: string },
): boolean {
  const found = lanes.find(({ lane }) => lane === wanted.lane);
  return found?.open === true && found.certificateSHA256 === wanted.sha256;
}

/**
 * The operator's clock may jump, so that the pods must have run for as long, too: the one that
 * replaced the evicted pod is among them.
 */
function isLongAgo(
  last: LastEviction | undefined,
  known: readonly KnownPod[],
  now: Instant,
): boolean {
  if (last === undefined) return true;
  if (last.at === undefined || since(last.at, now) < between) return false;
  return known.every(({ status }) => (status.uptimeSeconds ?? 0) * 1_000 >= between);
}

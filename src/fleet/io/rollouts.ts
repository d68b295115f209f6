import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { childName } from "../../api/names.ts";
import { type Caches, podFleet } from "../../cluster/caches.ts";
import type { RolloutSettings, Settings } from "../../cluster/settings.ts";
import { hashOf } from "../../kubernetes/difference.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import type { Store } from "../../kubernetes/store.ts";
import { podsView } from "../../pods/view.ts";
import { windowsOf } from "../../rotation/fleet-view.ts";
import type { Instant } from "../../values/time.ts";
import {
  type FleetPods,
  isRolloutHeld,
  markedTemplate,
  podDigests,
  rolloutState,
} from "../rollout.ts";
import { type Queued, type Remembered, type Turn, giveTurns } from "../turns.ts";
import { sidesOf } from "../../cluster/changes.ts";

export interface RolloutSources {
  readonly caches: Pick<Caches, "fleets" | "deployments" | "pods">;
  readonly settings: Settings;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

const usual: RolloutSettings = { isHeld: false, percent: 5 };

/**
 * Which fleets have the pods that this version of the operator makes, which are on their way, and
 * whose turn it is. It follows from the Deployments: a process that has just begun to lead knows it
 * as well as the one before.
 */
export class Rollouts {
  readonly #sources: RolloutSources;
  readonly #queue = new Map<string, Queued>();
  /** For which pods a fleet's rollout was seen to be over: what leaves later is no part of it. */
  readonly #over = new Map<string, string>();
  readonly #listeners = new Set<(fleet: string) => void>();
  #memory: ReadonlyMap<string, Remembered> = new Map();
  #turns: ReadonlyMap<string, Turn> = new Map();

  constructor(sources: RolloutSources) {
    this.#sources = sources;
    const { fleets, deployments, pods } = sources.caches;
    for (const fleet of fleets.list()) this.#look(keyText(keyOf(fleet)));
    this.#follow(fleets, (fleet) => [keyText(keyOf(fleet))]);
    this.#follow(deployments, podFleet);
    this.#follow(pods, podFleet);
  }

  /** Whether a fleet may replace its pods for the operator's sake now. */
  turnOf(fleet: string): Turn {
    this.#look(fleet);
    this.#give();
    return this.#turns.get(fleet) ?? { kind: "now" };
  }

  /** Calls `listener` with each fleet whose turn comes by what others do. */
  onTurn(listener: (fleet: string) => void): void {
    this.#listeners.add(listener);
  }

  #follow<T extends KubeObject>(store: Store<T>, fleetsOf: (object: T) => readonly string[]): void {
    store.onChange((change) => {
      const touched = new Set(sidesOf(change).flatMap(fleetsOf));
      for (const fleet of touched) this.#look(fleet);
      if (this.#queue.size > 0 || this.#turns.size > 0) this.#give();
    });
  }

  /** Puts a fleet into the queue, or takes it out. */
  #look(key: string): void {
    const queued = this.#queuedOf(key);
    if (queued === undefined) this.#queue.delete(key);
    else this.#queue.set(key, queued);
  }

  #queuedOf(key: string): Queued | undefined {
    const given = this.#podsOf(key);
    if (given === undefined) return undefined;
    const { fleet, deployment, pods } = given;
    const { isBehind, isUnderWay: isOnTheWay } = rolloutState(given);
    const template = markedTemplate(deployment);
    if (!isOnTheWay && this.#queue.get(key)?.isUnderWay === true) this.#over.set(key, template);
    const isUnderWay = isOnTheWay && this.#over.get(key) !== template;
    if (!isBehind && !isUnderWay) return undefined;
    return {
      fleet: key,
      order: hashOf([key, podDigests(given).template]),
      isBehind,
      isUnderWay,
      isStuck: podsView(fleet.spec.replicas, deployment, pods).isOverdue,
      isHeld: isRolloutHeld(fleet),
      windows: windowsOf(fleet.spec.rotation),
    };
  }

  /** Undefined for a fleet that is gone, on its way out, or can't be read: it has no turn to wait for. */
  #podsOf(key: string): FleetPods | undefined {
    const { caches, settings } = this.#sources;
    const { namespace, name } = parseKey(key);
    const raw = caches.fleets.get({ namespace, name });
    const parsed = raw === undefined ? undefined : parseWhatsAppProxy(raw);
    if (parsed?.ok !== true || raw?.metadata.deletionTimestamp !== undefined) {
      this.#over.delete(key);
      return undefined;
    }
    return {
      fleet: parsed.value,
      deployment: caches.deployments.get({ namespace, name: childName(name) }),
      pods: caches.pods.by("fleet", key),
      settings,
    };
  }

  #give(): void {
    const { caches, settings, now, clock } = this.#sources;
    const { isHeld, percent } = settings.rollouts ?? usual;
    const before = this.#turns;
    const given = giveTurns({
      queue: [...this.#queue.values()],
      memory: this.#memory,
      fleets: caches.fleets.size,
      percent,
      isHeld,
      now: now(),
      elapsedMs: clock(),
    });
    this.#turns = given.turns;
    this.#memory = given.memory;
    for (const [fleet, { kind }] of given.turns)
      if (kind === "now" && before.get(fleet)?.kind === "waits")
        for (const listener of this.#listeners) listener(fleet);
  }
}

import assert from "node:assert/strict";
import { parseWhatsAppProxy } from "../../../src/api/fleet.ts";
import { appliedMarks, childName, fleetLabels, podMarks } from "../../../src/api/names.ts";
import { podFleet } from "../../../src/cluster/caches.ts";
import { decideFleet } from "../../../src/fleet/decide.ts";
import { Rollouts } from "../../../src/fleet/io/rollouts.ts";
import { isInTurn } from "../../../src/fleet/rollout.ts";
import type { FleetStatus } from "../../../src/fleet/status.ts";
import { hashOf, hashOfObject } from "../../../src/kubernetes/difference.ts";
import type { CustomObject, Deployment, Pod } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import { memoize } from "../../../src/values/memoize.ts";
import { type Instant, formatInstant, millis, minutes, plus } from "../../../src/values/time.ts";
import { type FleetObject, fleetObject } from "../../objects/fleet.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { podObject } from "../../objects/pod.ts";
import { noon } from "../rotation/build.ts";
import { entry, observed } from "./observed-fleet.ts";

const serving = entry("203.0.113.1", { lane: 0, want: "Serve", phase: "Serving" });

/** So long a pod that goes keeps its sessions. */
const drain = minutes(9);
/** So long a Deployment waits for new pods before it calls itself overdue. */
const progressDeadline = minutes(10);
const percent = 30;
/** Who rests needs no more passes than this while no time goes by. */
const mostPasses = 500;
/** In how large steps time goes by (minutes). */
const tick = 3;

/** A replacement of pods that nobody asked for begins. One that is on its way may take others. */
export interface Begun {
  readonly fleet: string;
  readonly at: Instant;
  /** Those that were on their way then, within their hour, and never stuck. */
  readonly others: readonly string[];
  readonly places: number;
}

/** Fleets with their Deployments and pods, the real decisions of the operator over them, and time. */
export class RolloutWorld {
  readonly begun: Begun[] = [];
  /** What a person asked for and did not get in the pass that saw it. */
  readonly ignored: string[] = [];
  readonly #fleets = new Store<CustomObject>();
  readonly #deployments = new Store<Deployment>();
  readonly #pods = new Store<Pod>({ fleet: podFleet });
  readonly #broken = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #waiting = new Set<string>();
  readonly #timers = new Map<string, Instant>();
  readonly #onTheWay = new Map<string, Instant>();
  readonly #progressed = new Map<string, Instant>();
  #rollouts: Rollouts;
  #image = "proxy:1";
  #versions = 1;
  #elapsed = 0;

  constructor(fleets: readonly FleetObject[]) {
    this.#rollouts = this.#board();
    for (const fleet of fleets) this.create(fleet);
  }

  get now(): Instant {
    return plus(noon, millis(this.#elapsed));
  }

  get names(): readonly string[] {
    return this.#fleets.list().map(({ metadata }) => metadata.name);
  }

  create(fleet: FleetObject): void {
    if (this.names.includes(fleet.metadata.name)) return;
    const finalizers = ["proxyfleet.dev/quarantine-addresses"];
    const uid = `uid of ${fleet.metadata.name} ${this.#versions}`;
    const metadata = { ...liveMeta(uid), finalizers, ...fleet.metadata };
    this.#storeFleet({ ...fleet, metadata });
  }

  /** A person changes a fleet's spec. */
  edit(name: string, spec: object): void {
    this.#change(name, ({ metadata, ...raw }) => ({
      ...raw,
      metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
      spec: { ...(raw.spec as object), ...spec },
    }));
  }

  annotate(name: string, annotations: Readonly<Record<string, string>>): void {
    this.#change(name, ({ metadata, ...raw }) => ({
      ...raw,
      metadata: { ...metadata, annotations },
    }));
  }

  /** The fleet's new pods never become ready. */
  break(name: string): void {
    this.#broken.add(name);
  }

  /** The API server refuses the fleet's Deployment. */
  refuse(name: string): void {
    this.#refused.add(name);
  }

  mend(): void {
    this.#broken.clear();
    this.#refused.clear();
    for (const name of this.names) this.#waiting.add(name);
  }

  /** Another process leads, perhaps of another version. */
  lead(image = this.#image): void {
    this.#image = image;
    this.#rollouts = this.#board();
    for (const name of this.names) this.#waiting.add(name);
  }

  /** Lets time pass, in which everybody does what is to be done. */
  pass(length: number): void {
    for (let left = length; left > 0; left -= tick) {
      this.#elapsed += minutes(tick);
      for (const deployment of this.#deployments.list()) this.#rollOut(deployment);
      for (const [name, at] of this.#timers) if (at <= this.now) this.#waiting.add(name);
      this.work();
    }
  }

  /** The operator works until nothing waits for it. */
  work(): void {
    let left = mostPasses;
    for (const name of this.#waiting) {
      assert.ok((left -= 1) > 0, "the operator never rests");
      this.#waiting.delete(name);
      this.#reconcile(name);
    }
  }

  /** Fleets whose pods are not those of this operator, or that say so. */
  notCurrent(): readonly string[] {
    return this.#fleets.list().flatMap((raw) => {
      const { name } = raw.metadata;
      const deployment = this.#deployments.get(childOf(name));
      const image = deployment?.spec.template.spec?.containers[0]?.image;
      const { conditions = [] } = (raw.status ?? {}) as Partial<FleetStatus>;
      const says = conditions.some(({ type }) => type === "PodsCurrent");
      const isCurrent = image === this.#image && deployment?.status?.replicas === this.#fresh(name);
      return isCurrent && !says ? [] : [name];
    });
  }

  #board(): Rollouts {
    const caches = { fleets: this.#fleets, deployments: this.#deployments, pods: this.#pods };
    const settings = this.#settings();
    const clock = { now: () => this.now, clock: () => this.#elapsed };
    const board = new Rollouts({ caches, settings, ...clock });
    board.onTurn((fleet) => {
      if (board === this.#rollouts) this.#waiting.add(fleet.replace("proxies/", ""));
    });
    return board;
  }

  #settings() {
    const rollouts = { isHeld: false, percent };
    return { proxyImage: this.#image, operatorNamespace: "proxyfleet-system", rollouts };
  }

  #reconcile(name: string): void {
    const raw = this.#fleets.get({ namespace: "proxies", name });
    if (raw === undefined) return;
    const key = `proxies/${name}`;
    const deployment = this.#deployments.get(childOf(name));
    const children = { ...observed([]).children, deployment };
    const given = { raw, parsed: parseWhatsAppProxy(raw), settings: this.#settings(), children };
    const pods = this.#pods.by("fleet", key);
    const seen = observed([serving], { ...given, pods, turn: this.#rollouts.turnOf(key) });
    const { effects, requeueAt } = decideFleet(seen, { now: this.now, random: () => 0.5 });
    if (requeueAt === undefined) this.#timers.delete(name);
    else this.#timers.set(name, requeueAt);
    for (const effect of effects) {
      if (effect.kind === "status") this.#storeFleet({ ...raw, status: effect.status }, true);
      if (effect.kind === "apply" && effect.id === "deployment" && !this.#refused.has(name))
        this.#apply(raw, effect.object as Deployment, deployment);
    }
    this.#checkAsked(raw);
  }

  #apply(raw: CustomObject, made: Deployment, before: Deployment | undefined): void {
    const { name } = raw.metadata;
    const isReplaced = hashOfPods(made) !== hashOfPods(before);
    const isAsked = made.metadata.annotations?.[podMarks.rollout] !== "InTurn";
    const goesOn = isInTurn(before) && !this.#isCalm(name);
    if (before !== undefined && isReplaced && !isAsked && !goesOn) this.#begin(name);
    if (isReplaced) this.#progressed.set(name, this.now);
    const annotations = { ...made.metadata.annotations, [appliedMarks.hash]: hashOfObject(made) };
    const generation = (before?.metadata.generation ?? 0) + (isReplaced ? 1 : 0);
    const { status } = before ?? {};
    this.#storeDeployment({
      ...made,
      metadata: { ...made.metadata, annotations, uid: `uid of ${name}`, generation },
      ...(status === undefined ? {} : { status }),
    });
  }

  #begin(fleet: string): void {
    const others = [...this.#onTheWay].filter(([other, since]) => {
      const isOver = this.#isOver(other);
      if (isOver) this.#onTheWay.delete(other);
      return other !== fleet && !isOver && this.now - since < minutes(60);
    });
    const places = Math.max(1, Math.floor((this.#fleets.size * percent) / 100));
    this.begun.push({ fleet, at: this.now, others: others.map(([other]) => other), places });
    if (!this.#broken.has(fleet)) this.#onTheWay.set(fleet, this.now);
  }

  #isOver(name: string): boolean {
    return this.#broken.has(name) || this.#isCalm(name);
  }

  /** All pods are of the latest template, and none is on its way out. */
  #isCalm(name: string): boolean {
    return this.#pods.by("fleet", `proxies/${name}`).length === this.#fresh(name);
  }

  /** What a person asked for is there after the pass, whatever else waits. */
  #checkAsked({ metadata: { name }, spec }: CustomObject): void {
    if (this.#refused.has(name)) return;
    const { podMetadata } = spec as { podMetadata?: { annotations?: { asked?: string } } };
    const { template } = this.#deployments.get(childOf(name))?.spec ?? {};
    if (template?.metadata?.annotations?.["asked"] !== podMetadata?.annotations?.asked)
      this.ignored.push(name);
  }

  /** One step of the Deployment controller and of the kubelets. */
  #rollOut(deployment: Deployment): void {
    const [key = ""] = podFleet(deployment);
    const name = key.replace("proxies/", "");
    const hash = hashOfPods(deployment);
    const wanted = deployment.spec.replicas ?? 1;
    for (const pod of this.#pods.by("fleet", key))
      if ((pod.metadata.deletionTimestamp ?? "z") <= formatInstant(this.now)) this.#end(pod);
    const staying = this.#pods
      .by("fleet", key)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const fresh = staying.filter(({ metadata }) => metadata.annotations?.["template"] === hash);
    const old = staying.filter((pod) => !fresh.includes(pod));
    const room = wanted + (old.length > 0 ? 1 : 0) - staying.length;
    if (fresh.length < wanted && room > 0) this.#storePod(name, { hash });
    const isReady = !this.#broken.has(name) || old.length === 0;
    const spare = isReady ? staying.length - wanted : 0;
    const [leaves] = spare > 0 ? [...old, ...fresh.slice(wanted)] : [];
    if (leaves !== undefined)
      this.#storePod(name, { pod: leaves, until: formatInstant(plus(this.now, drain)) });
    if (leaves !== undefined) this.#progressed.set(name, this.now);
    this.#report(deployment, name);
  }

  #report(deployment: Deployment, name: string): void {
    const pods = this.#pods.by("fleet", `proxies/${name}`);
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length;
    const isLate = this.now - (this.#progressed.get(name) ?? noon) >= progressDeadline;
    const isOverdue = isLate && staying > this.#fresh(name);
    const progressing = {
      type: "Progressing",
      status: "False",
      reason: "ProgressDeadlineExceeded",
    };
    const status = {
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: staying,
      updatedReplicas: this.#fresh(name),
      readyReplicas: staying,
      conditions: isOverdue ? [progressing] : [],
    };
    if (hashOf(status) !== hashOf(deployment.status))
      this.#storeDeployment({ ...deployment, status });
  }

  #fresh(name: string): number {
    const hash = hashOfPods(this.#deployments.get(childOf(name)));
    return this.#pods
      .by("fleet", `proxies/${name}`)
      .filter(({ metadata: { annotations, deletionTimestamp } }) => {
        return annotations?.["template"] === hash && deletionTimestamp === undefined;
      }).length;
  }

  #change(name: string, change: (raw: CustomObject) => CustomObject): void {
    const raw = this.#fleets.get({ namespace: "proxies", name });
    if (raw !== undefined) this.#storeFleet(change(raw));
  }

  #storeFleet(raw: CustomObject, own = false): void {
    this.#fleets.recordEvent("MODIFIED", this.#next(raw));
    if (!own) this.#waiting.add(raw.metadata.name);
  }

  #storeDeployment(deployment: Deployment): void {
    this.#deployments.recordEvent("MODIFIED", this.#next(deployment));
    for (const key of podFleet(deployment)) this.#waiting.add(key.replace("proxies/", ""));
  }

  #storePod(
    fleet: string,
    given: { readonly hash: string } | { readonly pod: Pod; readonly until: string },
  ): void {
    const made = "hash" in given ? this.#podOf(fleet, given.hash) : given.pod;
    const until = "until" in given ? { deletionTimestamp: given.until } : {};
    const pod = { ...made, metadata: { ...made.metadata, ...until } };
    this.#pods.recordEvent("MODIFIED", this.#next(pod));
    this.#waiting.add(fleet);
  }

  #podOf(fleet: string, template: string): Pod {
    return podObject({
      name: `${fleet}-${this.#versions}`,
      metadata: { labels: fleetLabels(fleet), annotations: { template } },
      status: { phase: "Running" },
    });
  }

  #end(pod: Pod): void {
    this.#pods.recordEvent("DELETED", this.#next(pod));
    for (const key of podFleet(pod)) this.#waiting.add(key.replace("proxies/", ""));
  }

  #next<T extends CustomObject | Deployment | Pod>(object: T): T {
    this.#versions += 1;
    const resourceVersion = String(this.#versions);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }
}

const templateHash = memoize((template: Deployment["spec"]["template"]) => ({
  text: hashOf(template),
}));

function hashOfPods(deployment: Deployment | undefined): string {
  return deployment === undefined ? "" : templateHash(deployment.spec.template).text;
}

function childOf(name: string) {
  return { namespace: "proxies", name: childName(name) };
}

/** A fleet of one slot and two pods. */
export function fleetNamed(name: string, rotation: object = {}): FleetObject {
  const addresses = { count: 1, pools: [{ name: "pool-a" }] };
  return fleetObject({ name, spec: { addresses, rotation: { maxAge: "0s", ...rotation } } });
}

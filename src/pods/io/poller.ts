import type { Logger } from "pino";
import { parseWhatsAppProxy } from "../../api/fleet.ts";
import { childName, fleetLabel } from "../../api/names.ts";
import { type Caches, podFleet } from "../../cluster/caches.ts";
import { enqueueOn } from "../../cluster/changes.ts";
import { type Settings, isLookedAfter } from "../../cluster/settings.ts";
import type { CustomObject, Pod } from "../../kubernetes/objects.ts";
import { keyOf, keyText, parseKey } from "../../kubernetes/resource.ts";
import { secretRevision } from "../../proxy/lane-certificates.ts";
import { type Controller, type Outcome, done, gone } from "../../runtime/controller.ts";
import { Inquiries } from "../../runtime/inquiries.ts";
import type { WorkQueue } from "../../runtime/queue.ts";
import { explainError } from "../../values/errors.ts";
import { memoize } from "../../values/memoize.ts";
import type { Random } from "../../values/random.ts";
import type { Instant } from "../../values/time.ts";
import { isServingPod } from "../view.ts";
import { placedServers } from "../../proxy/haproxy/upstream.ts";
import type { PodReports, Servers } from "./reports.ts";
import type { PodStatusReader } from "./status-reader.ts";

/**
 * How often a serving pod is asked for its state (ms): often enough for an alarm, and about nothing
 * beside what phones send.
 */
const pollEveryMs = 15_000;
/** And while something that it says is wrong, or a new configuration is on its way to it. */
const pollSoonMs = 3_000;

/**
 * Pods are asked side by side, each within this time (ms): those that somebody waits for, and, in
 * places of their own, those whose turn it is.
 */
const inquiry = { atOnce: 16, deadlineMs: 5_000 };

export interface PodPollerOptions {
  readonly caches: Caches;
  readonly settings: Settings;
  readonly reports: PodReports;
  readonly readStatus: PodStatusReader;
  readonly queue: WorkQueue;
  readonly now: () => Instant;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Asks serving pods for their state, again and again, and keeps what they say for conditions and
 * metrics. It writes nothing: a fleet is enqueued only when what a pod says has changed in more
 * than its counts.
 */
export class PodPoller {
  readonly #options: PodPollerOptions;
  readonly #inquiries: Inquiries<void>;
  /** Pods of one namespace, however silent and many, don't keep those of others from being asked. */
  readonly #turns: Inquiries<void>;

  constructor(options: PodPollerOptions) {
    this.#options = options;
    const { caches, queue, log } = options;
    const ownerOf = (key: string) => {
      const pod = caches.pods.get(parseKey(key));
      return (pod === undefined ? undefined : podFleet(pod)[0]) ?? key;
    };
    this.#inquiries = new Inquiries({ ...inquiry, ownerOf, log });
    const namespaceOf = (key: string) => parseKey(key).namespace ?? "";
    this.#turns = new Inquiries({ ...inquiry, ownerOf: namespaceOf, log });
    enqueueOn(
      caches.pods,
      () => true,
      (pod) => queue.add(keyText(keyOf(pod))),
    );
  }

  /** Polls by the queue, as a controller whose reconciles change nothing. */
  get controller(): Controller {
    const { queue } = this.#options;
    return { name: "pod", queue, reconcile: async (key) => this.#poll(key) };
  }

  /**
   * Asks a pod now, also one that is not ready or on its way out; `answered` is called when it has
   * answered, or has not in time.
   */
  ask(key: string, answered: () => void): void {
    this.#inquiries.ask(key, async () => this.#ask(key), answered);
  }

  async #poll(key: string): Promise<Outcome> {
    const { caches, reports } = this.#options;
    const pod = caches.pods.get(parseKey(key));
    const isPolled =
      pod !== undefined &&
      isServingPod(pod) &&
      isLookedAfter(this.#options, pod.metadata.namespace);
    if (!isPolled) {
      reports.forget(key);
      return gone;
    }
    this.#turns.ask(
      key,
      async () => this.#ask(key),
      () => this.#askAgain(key),
    );
    return done;
  }

  /** Spread, so that the pods of a large cluster are not all asked at once. */
  #askAgain(key: string): void {
    const { queue, reports, random } = this.#options;
    const pause = isChanging(key, reports) ? pollSoonMs : pollEveryMs;
    queue.addAfter(key, pause * (0.9 + 0.2 * random()));
  }

  async #ask(key: string): Promise<void> {
    const { caches, reports, readStatus, now, log } = this.#options;
    const pod = caches.pods.get(parseKey(key));
    if (pod === undefined) return;
    const { name } = pod.metadata;
    try {
      const status = await readStatus(pod);
      reports.answered(key, { pod: name, status, ...this.#expectedOf(pod) }, now());
    } catch (error) {
      log.debug({ pod: name, error: explainError(error) }, "a pod did not report its state");
      reports.silent(key, name, now());
    }
    if (caches.pods.get(parseKey(key)) === undefined) reports.forget(key);
  }

  /**
   * The configuration that a pod should have loaded, and its fleet's servers by name. One that ends
   * loads nothing new, and need not.
   */
  #expectedOf(pod: Pod): {
    readonly wanted: string | undefined;
    readonly servers: Servers;
  } {
    const { namespace, labels } = pod.metadata;
    const { secrets, fleets } = this.#options.caches;
    const fleet = labels?.[fleetLabel] ?? "";
    const secret = secrets.get({ namespace, name: childName(fleet) });
    const wanted = isServingPod(pod) ? secretRevision(secret) : undefined;
    const raw = fleets.get({ namespace, name: fleet });
    return { wanted, servers: raw === undefined ? noServers : serversOf(raw) };
  }
}

const noServers: Servers = { chat: [], media: [] };

/**
 * A fleet's upstream servers, so that what HAProxy calls chat-0 has a name that a person knows. A
 * thousand pods are asked every few seconds: their fleets are not read again for that.
 */
const serversOf = memoize((raw: CustomObject): Servers => {
  const parsed = parseWhatsAppProxy(raw);
  if (!parsed.ok) return noServers;
  const { upstream } = parsed.value.spec;
  return { chat: placedServers(upstream, "chat"), media: placedServers(upstream, "media") };
});

/** Whether the next answer may well say something else. A pod that is silent may be so for good. */
function isChanging(key: string, reports: PodReports): boolean {
  const report = reports.report(key);
  if (report?.kind === "silent") return false;
  return (
    report === undefined ||
    reports.isBehind(key) ||
    report.refused !== undefined ||
    report.servers.some(({ state }) => state !== "up")
  );
}

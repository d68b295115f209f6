import { present } from "../values/present.ts";
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { explainError } from "../values/errors.ts";
import { shortened } from "../values/shortened.ts";
import type { KubeObject } from "./objects.ts";
import type { ApiClient } from "./client.ts";
import { type Resource, resource } from "./resource.ts";

/** What an Event says: one line of what kubectl describe shows of an object. */
export interface EventNote {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** An Event as events.k8s.io has it, whoever wrote it. */
export interface KubeEvent extends KubeObject {
  eventTime: string;
  reportingController: string;
  reportingInstance: string;
  action: string;
  reason: string;
  type: string;
  note: string;
  regarding: {
    apiVersion: string;
    kind: string;
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
  };
  /** Of one that came again: when it came last. */
  series?: { lastObservedTime?: string };
  /** The same, of one that was written through the older interface. */
  deprecatedLastTimestamp?: string;
}

/** Events, in the interface that Kubernetes recommends. */
export const events: Resource<KubeEvent> = resource({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
});

/** The API server refuses longer notes. */
const longestNote = 1024;

/** One note for all of one type and reason: what happens to many slots in one step is one Event. */
export function folded(notes: readonly EventNote[]): readonly EventNote[] {
  const alike = Map.groupBy(notes, ({ type, reason }) => `${type} ${reason}`);
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return { ...first, message: [first, ...others].map(({ message }) => message).join("; ") };
  });
}

export interface RecorderOptions {
  readonly client: Pick<ApiClient, "create">;
  readonly log: Logger;
  /** Who reports, as a qualified name: `example.org/controller`. */
  readonly reporter: string;
  readonly fieldManager: string;
  readonly now: () => Date;
}

/** Writes Events. One that can't be written is logged and lost: no reconcile waits for it. */
export class EventRecorder {
  readonly #options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /**
   * Records what happened to `about`. Events about cluster-scoped objects live in the namespace
   * `default`: others are refused.
   */
  async record(about: KubeObject, notes: readonly EventNote[]): Promise<void> {
    await Promise.all(folded(notes).map(async (note) => this.#write(about, note)));
  }

  async #write(about: KubeObject, note: EventNote): Promise<void> {
    const { client, log, fieldManager } = this.#options;
    try {
      await client.create(events, this.#event(about, note), fieldManager);
    } catch (error) {
      const { name: object } = about.metadata;
      const facts = { object, reason: note.reason, error: explainError(error) };
      log.warn(facts, "an Event was not written");
    }
  }

  #event(about: KubeObject, { type, reason, message }: EventNote): KubeEvent {
    const { name, namespace = "default" } = about.metadata;
    const { now, reporter } = this.#options;
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name}.${randomBytes(8).toString("hex")}`, namespace },
      eventTime: now().toISOString().replace("Z", "000Z"),
      reportingController: reporter,
      reportingInstance: hostname().slice(0, 128),
      action: reason,
      reason,
      type,
      note: message.length > longestNote ? `${shortened(message, longestNote - 1)}…` : message,
      regarding: regarding(about),
    };
  }
}

function regarding({ apiVersion, kind, metadata }: KubeObject): KubeEvent["regarding"] {
  const { name, namespace, uid, resourceVersion } = metadata;
  return present({ apiVersion, kind, name, namespace, uid, resourceVersion });
}

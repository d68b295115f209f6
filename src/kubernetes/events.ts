import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { explainError } from "../values/errors.ts";
import type { KubeObject } from "./objects.ts";
import type { ApiClient } from "./client.ts";
import { type Resource, resource } from "./resource.ts";

/** One line of an object's story, as kubectl describe shows it. */
export interface Story {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

interface KubeEvent extends KubeObject {
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
}

const events: Resource<KubeEvent> = resource({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
});

/** The API server refuses longer notes. */
const longestNote = 1024;

/**
 * One story for all of one type and reason: what happens to many slots in one step is one Event.
 */
export function folded(stories: readonly Story[]): readonly Story[] {
  const alike = Map.groupBy(stories, ({ type, reason }) => `${type} ${reason}`);
  return [...alike.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [{ ...first, message: [first, ...others].map(({ message }) => message).join("; ") }],
  );
}

/**
 * Writes Events. An Event that can't be written is logged and lost: no reconcile waits for its
 * story.
 */
export class EventRecorder {
  readonly #client: ApiClient;
  readonly #log: Logger;
  readonly #now: () => Date;

  constructor(client: ApiClient, log: Logger, now: () => Date = () => new Date()) {
    this.#client = client;
    this.#log = log;
    this.#now = now;
  }

  /**
   * Tells what happened to `about`. Events about cluster-scoped objects live in the namespace
   * `default`: others are refused.
   */
  async tell(about: KubeObject, ...stories: readonly Story[]): Promise<void> {
    await Promise.all(
      folded(stories).map(async (story) => {
        try {
          await this.#client.create(events, this.#event(about, story), "proxyfleet-events");
        } catch (error) {
          this.#log.warn(
            { object: about.metadata.name, reason: story.reason, error: explainError(error) },
            "an Event was not written",
          );
        }
      }),
    );
  }

  #event(about: KubeObject, story: Story): KubeEvent {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: {
        name: `${name}.${randomBytes(8).toString("hex")}`,
        namespace: namespace ?? "default",
      },
      eventTime: this.#now().toISOString().replace("Z", "000Z"),
      reportingController: "proxyfleet.dev/operator",
      reportingInstance: hostname().slice(0, 128),
      action: story.reason,
      reason: story.reason,
      type: story.type,
      note:
        story.message.length > longestNote
          ? `${story.message.slice(0, longestNote - 1)}…`
          : story.message,
      regarding: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
    };
  }
}

import type { PodReport, ServerReport } from "./report.ts";
import { type Instant, minutes, since } from "../values/time.ts";
import type { PodStatus } from "./status.ts";

/**
 * A pod that has not answered for this long counts as silent; until then what it said last holds.
 */
const patience = minutes(1);

/** What a pod said when it was asked. */
export interface Told {
  readonly pod: string;
  readonly status: PodStatus;
  /** The configuration that it should have loaded. */
  readonly wanted: string | undefined;
  /** Its fleet's upstream, as the spec names the servers. */
  readonly servers: Servers;
}

export interface Servers {
  readonly chat: readonly string[];
  readonly media: readonly string[];
}

type UpstreamStatus = NonNullable<PodStatus["upstreams"]>[number];

interface Known {
  readonly pod: string;
  readonly report: PodReport | undefined;
  readonly status: PodStatus | undefined;
  /** Since when it stands still at a configuration that is not the wanted one. */
  readonly behindSince: Instant | undefined;
  readonly silentSince: Instant | undefined;
}

/**
 * The last word of each serving pod, by namespace/name of the pod. In memory only: whoever leads
 * asks anew.
 */
export class PodReports {
  readonly #known = new Map<string, Known>();
  readonly #listeners = new Set<(pod: string) => void>();
  readonly #statusListeners = new Set<
    (pod: string, before: PodStatus | undefined, after: PodStatus) => void
  >();

  /**
   * What conditions are made from; undefined where a pod was not asked yet, or has only just begun
   * not to answer.
   */
  report(key: string): PodReport | undefined {
    return this.#known.get(key)?.report;
  }

  /** The last full answer, with its counts. */
  status(key: string): PodStatus | undefined {
    return this.#known.get(key)?.status;
  }

  /** Whether the pod has yet to load the latest configuration. */
  isBehind(key: string): boolean {
    return this.#known.get(key)?.behindSince !== undefined;
  }

  /** Calls `listener` with a pod's key when its report changes; counts don't count. */
  onChange(listener: (key: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Calls `listener` with each answer and the one before. */
  onStatus(listener: (key: string, before: PodStatus | undefined, after: PodStatus) => void): void {
    this.#statusListeners.add(listener);
  }

  /** Takes in an answer. */
  told(key: string, { pod, status, wanted, servers }: Told, now: Instant): void {
    const known = this.#known.get(key);
    const stands = known?.status === undefined || known.status.revision === status.revision;
    const behindSince =
      wanted === undefined || status.revision === wanted
        ? undefined
        : stands
          ? (known?.behindSince ?? now)
          : now;
    const lags = behindSince !== undefined && since(behindSince, now) >= patience;
    for (const listener of this.#statusListeners) listener(key, known?.status, status);
    this.#set(key, {
      pod,
      status,
      behindSince,
      silentSince: undefined,
      report: reportOf(pod, status, lags, servers),
    });
  }

  /** Notes that a pod did not answer. */
  silent(key: string, pod: string, now: Instant): void {
    const known = this.#known.get(key) ?? {
      pod,
      report: undefined,
      status: undefined,
      behindSince: undefined,
      silentSince: undefined,
    };
    const silentSince = known.silentSince ?? now;
    const isLong = since(silentSince, now) >= patience;
    this.#set(key, {
      ...known,
      silentSince,
      ...(isLong ? { report: { kind: "silent", pod }, status: undefined } : {}),
    });
  }

  /** The pod serves no more. */
  forget(key: string): void {
    if (!this.#known.delete(key)) return;
    for (const listener of this.#listeners) listener(key);
  }

  #set(key: string, now: Known): void {
    const before = JSON.stringify(this.#known.get(key)?.report);
    this.#known.set(key, now);
    if (JSON.stringify(now.report) !== before)
      for (const listener of this.#listeners) listener(key);
  }
}

function reportOf(
  pod: string,
  { refused, maxConnections, upstreams = [] }: PodStatus,
  lags: boolean,
  servers: Servers,
): PodReport {
  return {
    kind: "told",
    pod,
    refused: refused?.message,
    lags,
    connections: maxConnections,
    servers: upstreams.map((each) => serverReport(each, servers)),
  };
}

/** A pod calls a server by its place in the spec: chat-0 is the first of chat. */
function serverReport({ group, name, up, total }: UpstreamStatus, servers: Servers): ServerReport {
  const place = Number(name.slice(group.length + 1));
  return {
    upstream: group,
    server: servers[group][place] ?? name,
    state: total === 0 ? "nameless" : up > 0 ? "up" : "down",
  };
}

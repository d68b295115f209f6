import type { PodReport, ServerReport } from "../report.ts";
import type { PlacedServer, UpstreamName } from "../../proxy/haproxy/upstream.ts";
import { type Instant, minutes, since } from "../../values/time.ts";
import type { PodAnswer } from "../answer.ts";
import { type Lag, lagOf } from "../lag.ts";
import type { PodStatus } from "../status.ts";

/**
 * A pod that has not answered for this long counts as silent; until then what it said last holds.
 */
const patience = minutes(1);

/** What a pod answered when it was asked. */
export interface PodAnswered {
  readonly pod: string;
  readonly status: PodStatus;
  /** The configuration that it should have loaded. */
  readonly wanted: string | undefined;
  /** Its fleet's upstream, as the spec names the servers. */
  readonly servers: Servers;
}

export type Servers = Readonly<
  Record<UpstreamName, readonly Pick<PlacedServer, "server" | "isFallback">[]>
>;

type UpstreamStatus = NonNullable<PodStatus["upstreams"]>[number];

interface Known {
  readonly pod: string;
  readonly report: PodReport | undefined;
  readonly status: PodStatus | undefined;
  /** Since when it stands still at a configuration that is not the wanted one. */
  readonly behindSince: Instant | undefined;
  /** The same, by the pod's own clock. */
  readonly lag: Lag | undefined;
  readonly silentSince: Instant | undefined;
  readonly askedAt: Instant;
}

/**
 * The last word of each serving pod, by namespace/name of the pod. In memory only: whoever leads
 * asks again.
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

  /** How it answered when it was last asked. */
  answer(key: string): PodAnswer | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    const { askedAt: at, status, lag } = known;
    return known.silentSince === undefined ? { at, status, lag } : { at, status: undefined };
  }

  /** Whether the pod has yet to load the latest configuration. */
  isBehind(key: string): boolean {
    return this.#known.get(key)?.behindSince !== undefined;
  }

  /** Calls `listener` with a pod's key when its report changes, counts left aside. */
  onChange(listener: (key: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Calls `listener` with each answer and the one before. */
  onStatus(listener: (key: string, before: PodStatus | undefined, after: PodStatus) => void): void {
    this.#statusListeners.add(listener);
  }

  /** Takes in an answer. */
  answered(key: string, { pod, status, wanted, servers }: PodAnswered, now: Instant): void {
    const known = this.#known.get(key);
    const behindSince = behind(known, status, { wanted, now });
    const lags = behindSince !== undefined && since(behindSince, now) >= patience;
    for (const listener of this.#statusListeners) listener(key, known?.status, status);
    const report = reportOf(pod, status, { lags, servers });
    const lag = lagOf(known?.lag, status, wanted);
    this.#set(key, { pod, status, behindSince, lag, silentSince: undefined, askedAt: now, report });
  }

  /** Notes that a pod did not answer. */
  silent(key: string, pod: string, now: Instant): void {
    const known = this.#known.get(key) ?? unknown(pod, now);
    const silentSince = known.silentSince ?? now;
    const isLong = since(silentSince, now) >= patience;
    const silence = { report: { kind: "silent", pod }, status: undefined } as const;
    this.#set(key, {
      ...known,
      lag: undefined,
      silentSince,
      askedAt: now,
      ...(isLong ? silence : {}),
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

function unknown(pod: string, askedAt: Instant): Known {
  const nothing = { report: undefined, status: undefined };
  return {
    pod,
    ...nothing,
    behindSince: undefined,
    lag: undefined,
    silentSince: undefined,
    askedAt,
  };
}

/** Since when a pod stands still at a configuration that is not the wanted one. */
function behind(
  known: Known | undefined,
  { revision }: PodStatus,
  { wanted, now }: { readonly wanted: string | undefined; readonly now: Instant },
): Instant | undefined {
  if (wanted === undefined || revision === wanted) return undefined;
  const standsStill = known?.status === undefined || known.status.revision === revision;
  return standsStill ? (known?.behindSince ?? now) : now;
}

function reportOf(
  pod: string,
  { refused, maxConnections, lanes, upstreams = [] }: PodStatus,
  { lags, servers }: { readonly lags: boolean; readonly servers: Servers },
): PodReport {
  return {
    kind: "answered",
    pod,
    refused: refused?.message,
    lags,
    connections: maxConnections,
    full: lanes.flatMap(({ full, address }) => (full === true ? (address ?? []) : [])),
    servers: upstreams.map((each) => serverReport(each, servers)),
  };
}

/** A pod calls a server by its place in the spec: chat-0 is the first of chat. */
function serverReport(status: UpstreamStatus, servers: Servers): ServerReport {
  const { group, name, refused = [] } = status;
  const place = servers[group][Number(name.slice(group.length + 1))];
  return {
    upstream: group,
    server: place?.server ?? name,
    ...(place?.isFallback === true ? { isFallback: true } : {}),
    state: stateOf(status),
    ...(refused.length === 0 ? {} : { closed: refused.slice(0, mostNamed) }),
  };
}

/** Most addresses of a server that a message names. */
const mostNamed = 5;

/** Of a server whose name does not resolve, no address is known. */
function stateOf({ up, total, refused = [] }: UpstreamStatus): ServerReport["state"] {
  if (total === 0) return refused.length === 0 ? "nameless" : "closed";
  return up > 0 ? "up" : "down";
}

import type { Random } from "../values/random.ts";
import type { Logger } from "pino";
import type { Instant } from "../values/time.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import type { WorkQueue } from "../runtime/queue.ts";
import type { PodStatusReader } from "../pods/status.ts";
import type { Caches } from "./caches.ts";
import type { PodReports } from "../pods/reports.ts";

/** All that a controller touches beside plain data. */
export interface Environment {
  readonly caches: Caches;
  readonly client: ApiClient;
  readonly events: EventRecorder;
  readonly podStatus: PodStatusReader;
  /** What pods said when they were last asked. */
  readonly podReports: PodReports;
  readonly now: () => Instant;
  readonly random: Random;
  readonly makeQueue: () => WorkQueue;
  /** Whether so much waits for the operator that fewer writes should tell of more. */
  readonly isBusy: () => boolean;
  readonly log: Logger;
  readonly settings: Settings;
}

export interface Settings {
  /** The image of proxy pods where a fleet names none. */
  readonly proxyImage: string;
  /** Where the operator runs: only from there may pods' supervisors be asked. */
  readonly operatorNamespace: string;
  /** Where Prometheus or the like runs, which may ask pods for their metrics. */
  readonly monitoringNamespaces?: readonly string[];
  /** Whose fleets are served; absent or empty: all. */
  readonly namespaces?: readonly string[];
}

/**
 * Whether fleets of this namespace are this operator's. The ledger is the whole cluster's: what
 * another operator serves, or none, must not be taken for the leftovers of a fleet that is gone.
 */
export function serves({ namespaces = [] }: Settings, namespace: string | undefined): boolean {
  return namespaces.length === 0 || (namespace !== undefined && namespaces.includes(namespace));
}

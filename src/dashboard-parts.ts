import type { Logger } from "pino";
import type { Caches } from "./cluster/caches.ts";
import type { ApiClient } from "./kubernetes/client.ts";
import type { PodReports } from "./pods/io/reports.ts";
import type { PodStatusReader } from "./pods/io/status-reader.ts";
import { explainError } from "./values/errors.ts";
import type { Instant } from "./values/time.ts";
import { countedFleets } from "./web/io/counted-fleets.ts";
import { operateDashboard } from "./web/io/operate.ts";
import { PodCounts } from "./web/io/pod-counts.ts";
import { TokenAccess } from "./web/io/token-access.ts";
import type { PageFiles } from "./web/page-files.ts";
import type { DashboardSettings } from "./web/settings.ts";

export interface DashboardParts {
  /** Undefined: it is not served. */
  readonly settings: DashboardSettings | undefined;
  /** Undefined where the program was not built, but is run from its sources. */
  readonly files: PageFiles | undefined;
  readonly caches: Caches;
  readonly client: ApiClient;
  /** The operator's own. */
  readonly namespace: string;
  readonly reports: PodReports;
  readonly readStatus: PodStatusReader;
  readonly isLeading: () => boolean;
  /** Whether the caches follow the API server. */
  readonly isCurrent: () => boolean;
  readonly now: () => Instant;
  readonly log: Logger;
}

/** Serves the dashboard from the operator's caches, to whoever has a token of the cluster. */
export async function serveDashboardOf(parts: DashboardParts, stop: AbortSignal): Promise<void> {
  const { settings, files, caches, client, reports, readStatus, isLeading, now, log } = parts;
  if (settings === undefined) return;
  if (files === undefined) {
    log.warn("this program was not built, so it has no dashboard: run make bundle");
    return;
  }
  const counts = new PodCounts({ pods: caches.pods, reports, readStatus, isLeading, now });
  const failed = (error: unknown) =>
    log.warn(
      { problem: explainError(error) },
      "the cluster was not asked who may see the dashboard",
    );
  const clock = () => performance.now();
  await operateDashboard(
    {
      ...parts,
      settings,
      files,
      accessTo: (live) =>
        new TokenAccess({ client, namespaces: () => live.namespaces(), clock, failed }),
      sessions: () => countedFleets(caches, (pod) => counts.statusOf(pod)),
      count: async () => counts.ask(),
    },
    stop,
  );
}

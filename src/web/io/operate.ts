import { secrets } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import { sleep } from "../../runtime/clock.ts";
import type { GuardedServer } from "../../runtime/guarded-server.ts";
import {
  CertificateSecretError,
  type ServingCertificate,
  certificateOf,
} from "../../runtime/serving-certificate.ts";
import { explainError } from "../../values/errors.ts";
import { type Instant, seconds } from "../../values/time.ts";
import type { Access } from "../access.ts";
import type { PageFiles } from "../page-files.ts";
import type { CountedFleet } from "../sessions.ts";
import type { DashboardSettings } from "../settings.ts";
import { Broadcast, type StreamLimits } from "./broadcast.ts";
import { detailsFrom } from "./details.ts";
import { FleetEvents } from "./fleet-events.ts";
import { type BoardCaches, LiveFleets } from "./live-fleets.ts";
import { type DashboardLimits, serveDashboard } from "./serve.ts";

export interface OperatedDashboardOptions {
  readonly settings: DashboardSettings & { readonly host?: string };
  readonly files: PageFiles;
  readonly caches: BoardCaches;
  readonly client: Pick<ApiClient, "get" | "list">;
  /** The operator's own. */
  readonly namespace: string;
  readonly accessTo: (live: LiveFleets) => Access;
  readonly sessions: () => readonly CountedFleet[];
  /** Counts sessions again, while somebody looks; absent where nobody has to. */
  readonly count?: () => Promise<void>;
  /** Whether the caches follow the API server. */
  readonly isCurrent: () => boolean;
  readonly now: () => Instant;
  readonly limits?: DashboardLimits;
  readonly streams?: StreamLimits;
  /** Called once it can be reached. */
  readonly served?: (port: number) => void;
  readonly log: {
    readonly info: (facts: object, message: string) => void;
    readonly warn: (facts: object, message: string) => void;
  };
}

const usualStreams: StreamLimits = { inAll: 1024, perViewer: 256, askAgainMs: seconds(30) };

/** What changes goes out together this often. */
const roundEvery = seconds(1);
/** Between two looks at what is missing to begin. */
const tryEvery = seconds(5);
/** Pods are asked how many sessions they have this often. */
const countEvery = seconds(15);
/** A certificate may have been renewed. */
const readEvery = seconds(30);

/**
 * Serves the dashboard until `stop` fires, on each replica, whether or not it leads. What is missing
 * for it is logged and tried again: no fleet waits for it.
 */
export async function operateDashboard(
  options: OperatedDashboardOptions,
  stop: AbortSignal,
): Promise<void> {
  const operated = new OperatedDashboard(options);
  const { log } = options;
  let said = "";
  while (!stop.aborted) {
    const problem = await problemOf(async () => operated.round());
    if (problem !== "" && problem !== said) log.warn({ problem }, "the dashboard needs attention");
    said = problem;
    await sleep(roundEvery, stop);
  }
  await operated.close();
}

class OperatedDashboard {
  readonly #options: OperatedDashboardOptions;
  readonly #broadcast: Broadcast;
  readonly #live: LiveFleets;
  readonly #access: Access;
  #server: GuardedServer | undefined;
  #certificate: ServingCertificate | undefined;
  #lookAgainAtMs = -Infinity;
  #countAgainAtMs = -Infinity;

  constructor(options: OperatedDashboardOptions) {
    this.#options = options;
    const { caches, now, accessTo, sessions, isCurrent, streams = usualStreams } = options;
    const clock = () => performance.now();
    this.#live = new LiveFleets(caches, now);
    const access = accessTo(this.#live);
    const shared = { sessions, isCurrent, now, clock };
    this.#broadcast = new Broadcast({ ...shared, live: this.#live, access, limits: streams });
    this.#access = access;
  }

  /** Begins as soon as it can, follows the certificate, and sends what changed. @throws what is missing */
  async round(): Promise<void> {
    await this.#follow();
    await this.#broadcast.tick();
    this.#count();
  }

  /** Nothing waits for it. */
  #count(): void {
    const { count, log } = this.#options;
    if (count === undefined || this.#broadcast.size === 0) return;
    if (performance.now() < this.#countAgainAtMs) return;
    this.#countAgainAtMs = performance.now() + countEvery;
    count().catch((error: unknown) => {
      log.warn({ problem: explainError(error) }, "sessions were not counted");
    });
  }

  async close(): Promise<void> {
    this.#broadcast.close();
    await this.#server?.close();
  }

  async #follow(): Promise<void> {
    if (performance.now() < this.#lookAgainAtMs) return;
    this.#lookAgainAtMs = performance.now() + (this.#server === undefined ? tryEvery : readEvery);
    const before = this.#certificate;
    this.#certificate = await this.#readCertificate();
    if (this.#server === undefined) return this.#serve();
    const { cert, key } = this.#certificate ?? {};
    if (cert !== undefined && key !== undefined && (cert !== before?.cert || key !== before.key))
      this.#server.useCertificate({ cert, key });
  }

  async #serve(): Promise<void> {
    const { settings, files, client, limits, log, served } = this.#options;
    const { port, host } = settings;
    this.#server = await serveDashboard({
      port,
      ...(host === undefined ? {} : { host }),
      certificate: this.#certificate,
      ...(limits === undefined ? {} : { limits }),
      files,
      access: this.#access,
      broadcast: this.#broadcast,
      details: detailsFrom(this.#live, new FleetEvents(client, () => performance.now())),
      failed: (error) => log.warn({ problem: explainError(error) }, "the dashboard failed once"),
    });
    log.info({ port: this.#server.port }, "the dashboard is served");
    served?.(this.#server.port);
  }

  async #readCertificate(): Promise<ServingCertificate | undefined> {
    const { client, namespace, settings } = this.#options;
    const { certificateSecret: name } = settings;
    if (name === undefined) return undefined;
    const secret = await client.get(secrets, { namespace, name });
    if (secret !== undefined) return certificateOf(secret, "the dashboard");
    throw new CertificateSecretError(
      `there is no Secret ${namespace}/${name} with the certificate for the dashboard: put it there, or leave out --dashboard-certificate`,
    );
  }
}

async function problemOf(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    return explainError(error);
  }
}

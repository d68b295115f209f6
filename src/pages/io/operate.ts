import type { Logger } from "pino";
import { pagesOfHolder } from "../../ingestion/leader-identity.ts";
import { secrets } from "../../kubernetes/builtin.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { ReportEvidence } from "../../reachability/evidence.ts";
import { sleep } from "../../runtime/clock.ts";
import type { GuardedServer } from "../../runtime/guarded-server.ts";
import {
  CertificateSecretError,
  type ServingCertificate,
  certificateOf,
} from "../../runtime/serving-certificate.ts";
import type { PageView } from "../../share/page-view.ts";
import type { ShareKey } from "../../share/tokens.ts";
import { explainError } from "../../values/errors.ts";
import { type Instant, seconds } from "../../values/time.ts";
import type { ChooseLanguage } from "../page-request.ts";
import type { PagesSettings } from "../settings.ts";
import type { SlotShares } from "../../share/io/slot-shares.ts";
import { type PageCaches, countriesOfSeat, followPages } from "./fleet-pages.ts";
import { handOver } from "./hand-over.ts";
import type { PageIndex } from "./page-index.ts";
import { PressDesk } from "./press-desk.ts";
import { servePages } from "./serve.ts";

/** What pages are made of, and how they are drawn. */
export interface PageParts {
  readonly shares: SlotShares;
  /** The key that paths follow from; undefined until it is known. */
  readonly key: () => ShareKey | undefined;
  /** The whole page as HTML. */
  readonly render: (view: PageView) => string;
  readonly chooseLanguage: ChooseLanguage;
}

export interface OperatedPagesOptions extends PageParts {
  /** Whether the caches follow the API server. */
  readonly isCurrent: () => boolean;
  readonly settings: PagesSettings;
  readonly caches: PageCaches;
  readonly client: Pick<ApiClient, "get">;
  /** The operator's own. */
  readonly namespace: string;
  readonly isLeading: () => boolean;
  /** Who holds the lease, as the Lease names them; empty: nobody. */
  readonly holder: () => string;
  /** Takes what people reported, where this replica leads. */
  readonly take: (evidence: readonly ReportEvidence[]) => void;
  readonly now: () => Instant;
  readonly log: Logger;
}

/** What was pressed is passed on this often: somebody may be cut off now. */
const passOnEvery = seconds(2);
/** Between two looks at what is missing to begin. */
const tryEvery = seconds(5);
/** A certificate may have been renewed. */
const readEvery = seconds(30);

/**
 * Serves share pages until `stop` fires, on each replica, whether or not it leads. What is missing
 * for it is logged and tried again: no fleet waits for it.
 */
export async function operatePages(
  options: OperatedPagesOptions,
  stop: AbortSignal,
): Promise<void> {
  const operated = new OperatedPages(options, stop);
  const { log } = options;
  const problems = new Problems((problem) => log.warn({ problem }, "share pages need attention"));
  while (!stop.aborted) {
    problems.found("serving", await problemOf(async () => operated.follow()));
    problems.found("presses", await problemOf(async () => operated.passOn()));
    await sleep(passOnEvery, stop);
  }
  await operated.close();
}

class OperatedPages {
  readonly #options: OperatedPagesOptions;
  readonly #stop: AbortSignal;
  readonly #pages: PageIndex;
  readonly #presses: PressDesk;
  #server: GuardedServer | undefined;
  #certificate: ServingCertificate | undefined;
  #lookAgainAtMs = -Infinity;

  constructor(options: OperatedPagesOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
    const { caches, shares, holder, isLeading, take, now } = options;
    this.#pages = followPages(caches, { shares, failed: this.#failed });
    this.#presses = new PressDesk({
      pages: this.#pages,
      countriesOf: (seat) => countriesOfSeat(seat, caches),
      isLeading,
      leader: () => pagesOfHolder(holder()),
      handOver: async (body, leader) => this.#handOver(body, leader),
      take,
      now,
      clock: () => performance.now(),
    });
  }

  /**
   * Begins as soon as it can, and follows the certificate. A page that exists is never denied only
   * because the key is not known yet. @throws what is missing
   */
  async follow(): Promise<void> {
    if (performance.now() < this.#lookAgainAtMs) return;
    this.#lookAgainAtMs = performance.now() + (this.#server === undefined ? tryEvery : readEvery);
    if (this.#options.key() === undefined) return;
    const before = this.#certificate;
    this.#certificate = await this.#readCertificate();
    if (this.#server === undefined) return this.#serve();
    const { cert, key } = this.#certificate ?? {};
    if (cert !== undefined && key !== undefined && (cert !== before?.cert || key !== before.key))
      this.#server.useCertificate({ cert, key });
  }

  async passOn(): Promise<void> {
    if (this.#server !== undefined) await this.#presses.passOn();
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #serve(): Promise<void> {
    const { settings, render, chooseLanguage, key, isCurrent, log } = this.#options;
    this.#server = await servePages({
      port: settings.port,
      certificate: this.#certificate,
      find: (path) => this.#pages.find(path),
      presses: this.#presses,
      failed: this.#failed,
      render,
      chooseLanguage,
      key,
      isCurrent,
    });
    log.info({ port: this.#server.port }, "share pages are served");
  }

  async #readCertificate(): Promise<ServingCertificate | undefined> {
    const { client, namespace, settings } = this.#options;
    const { certificateSecret: name } = settings;
    if (name === undefined) return undefined;
    const secret = await client.get(secrets, { namespace, name });
    if (secret !== undefined) return certificateOf(secret, "share pages");
    throw new CertificateSecretError(
      `there is no Secret ${namespace}/${name} with the certificate for share pages: put it there, or leave out --pages-certificate`,
    );
  }

  async #handOver(body: string, leader: Parameters<typeof handOver>[1]["leader"]): Promise<void> {
    const key = this.#options.key();
    if (key === undefined) return;
    await handOver(body, { leader, key, certificate: this.#certificate, stop: this.#stop });
  }

  /** Its words may have a part of a page in them, so only its kind is logged. */
  readonly #failed = (error: unknown): void => {
    const kind = error instanceof Error ? error.name : typeof error;
    this.#options.log.warn({ kind }, "a share page could not be made or served");
  };
}

async function problemOf(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    return explainError(error);
  }
}

/** Says what is wrong once, and not each time that it is tried again. */
class Problems {
  readonly #say: (problem: string) => void;
  readonly #said = new Map<string, string>();

  constructor(say: (problem: string) => void) {
    this.#say = say;
  }

  found(where: string, problem: string): void {
    if (problem !== "" && problem !== this.#said.get(where)) this.#say(problem);
    this.#said.set(where, problem);
  }
}

import type { Logger } from "pino";
import { ingestionSecretName } from "../../api/names.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { MeasuredCaches } from "../../reachability/io/vantage-points.ts";
import { sleep } from "../../runtime/clock.ts";
import { explainError } from "../../values/errors.ts";
import type { Random } from "../../values/random.ts";
import { endpointOfHolder } from "../leader-identity.ts";
import type { IngestionSettings } from "../settings.ts";
import type { AgentVantagePoint, Now, Work } from "../vantage-points.ts";
import { noWork } from "../work.ts";
import { AssignedWork } from "./assigned-work.ts";
import { readCertificate } from "./certificate-secret.ts";
import type { DeskOptions } from "./desk.ts";
import type { Inbox } from "./inbox.ts";
import { KnownAgents } from "./known-agents.ts";
import { relayToken, toLeader } from "./relay.ts";
import { type Ingestion, type ServingCertificate, serveIngestion } from "./serve.ts";
import { tokenHash } from "./tokens.ts";

export interface OperatedOptions {
  readonly settings: IngestionSettings;
  readonly caches: MeasuredCaches;
  readonly client: Pick<ApiClient, "get" | "create">;
  /** The operator's own. */
  readonly namespace: string;
  readonly isLeading: () => boolean;
  /** Who holds the lease, as the Lease names them; empty: nobody. */
  readonly holder: () => string;
  readonly inbox: Inbox;
  readonly now: Now;
  readonly random: Random;
  readonly log: Logger;
}

/** How often tokens and the certificate are read while agents are served (ms). */
const readEveryMs = 30_000;
/** Between two tries to begin (ms). */
const tryEveryMs = 2_000;

/**
 * Serves agents until `stop` fires, on each replica, whether or not it leads. What is missing for
 * it is logged and tried again: no fleet waits for it.
 */
export async function operateIngestion(options: OperatedOptions, stop: AbortSignal): Promise<void> {
  const operated = new OperatedIngestion(options, stop);
  let said = "";
  while (!stop.aborted) {
    const problem = await operated.follow();
    if (problem !== "" && problem !== said && !stop.aborted)
      options.log.warn({ problem }, "agents can't be served as they should; it is tried again");
    said = problem;
    await sleep(operated.isServing ? readEveryMs : tryEveryMs, stop);
  }
  await operated.close();
}

/** What replicas know each other by: it follows from the certificate. */
interface Shown {
  readonly certificate: ServingCertificate;
  readonly relaySHA256: Uint8Array;
}

class OperatedIngestion {
  readonly #options: OperatedOptions;
  readonly #stop: AbortSignal;
  readonly #agents: KnownAgents;
  readonly #work: AssignedWork;
  #ingestion: Ingestion | undefined;
  #shown: Shown | undefined;

  constructor(options: OperatedOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
    const { client, namespace, caches, settings } = options;
    const { vantagePoints } = caches;
    this.#agents = new KnownAgents({ vantagePoints, tokens: { client, namespace } });
    this.#work = new AssignedWork({ caches, settings, clock: () => performance.now() });
  }

  get isServing(): boolean {
    return this.#ingestion !== undefined;
  }

  /** Reads tokens and the certificate, and begins once it is there. @returns what is wrong */
  async follow(): Promise<string> {
    try {
      await this.#agents.refresh();
      const certificate = await this.#certificate();
      if (certificate !== undefined) await this.#show(certificate);
      return "";
    } catch (error) {
      return explainError(error);
    }
  }

  async close(): Promise<void> {
    await this.#ingestion?.close();
  }

  async #certificate(): Promise<ServingCertificate | undefined> {
    const { client, namespace, settings, isLeading, now, random } = this.#options;
    const { certificateSecret: own } = settings;
    const name = own ?? ingestionSecretName;
    const mayMake = () => own === undefined && isLeading();
    const secret = { client, namespace, name, mayMake, now, random };
    return readCertificate(secret, this.#shown?.certificate);
  }

  async #show(certificate: ServingCertificate): Promise<void> {
    const before = this.#shown?.certificate;
    const isSame = before?.cert === certificate.cert && before.key === certificate.key;
    const relaySHA256 = tokenHash(relayToken(certificate));
    this.#shown = { certificate, relaySHA256 };
    if (this.#ingestion === undefined) await this.#serve({ certificate, relaySHA256 });
    else if (!isSame) this.#ingestion.useCertificate(certificate);
  }

  async #serve(first: Shown): Promise<void> {
    const { settings, log } = this.#options;
    this.#ingestion = await serveIngestion({
      ...this.#desk(() => this.#shown ?? first),
      port: settings.port,
      certificate: first.certificate,
      failed: (error) =>
        log.warn({ error: explainError(error) }, "an agent's request could not be answered"),
    });
    log.info({ port: this.#ingestion.port }, "agents are served");
  }

  #desk(shown: () => Shown): DeskOptions {
    const { isLeading, holder, inbox, now } = this.#options;
    const { take } = inbox;
    return {
      vantagePoints: () => this.#agents.all,
      isConfirmed: async (agent: AgentVantagePoint) => this.#agents.isConfirmed(agent),
      targetsFor: (name) => this.#workOf(name),
      received: toLeader({
        isLeading,
        take,
        leader: () => endpointOfHolder(holder()),
        certificate: () => shown().certificate,
        stop: this.#stop,
      }),
      relay: { tokenSHA256: () => shown().relaySHA256, isLeading, take },
      now,
    };
  }

  #workOf(name: string): Work {
    const vantagePoint = this.#agents.vantagePoint(name);
    return vantagePoint === undefined ? noWork : this.#work.of(vantagePoint);
  }
}

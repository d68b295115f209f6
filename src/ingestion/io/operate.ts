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
import { CertificateSecretError, readCertificate } from "./certificate-secret.ts";
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

/** Between two looks at what is missing: a token, or a certificate to begin with (ms). */
const lookEveryMs = 5_000;
/** How often everything is read again (ms): a token or a certificate may have been replaced. */
const readEveryMs = 30_000;

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
    await sleep(lookEveryMs, stop);
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
  #readAgainAtMs = -Infinity;

  constructor(options: OperatedOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
    const { client, namespace, caches, settings } = options;
    const { vantagePoints } = caches;
    this.#agents = new KnownAgents({ vantagePoints, tokens: { client, namespace } });
    this.#work = new AssignedWork({ caches, settings, clock: () => performance.now() });
  }

  /**
   * Reads tokens and the certificate, and begins once both are known: an agent that is turned away
   * takes its line for revoked, and forgets all it has.
   * @returns what is wrong, in words; empty: nothing
   */
  async follow(): Promise<string> {
    const isTime = this.#ingestion === undefined || performance.now() >= this.#readAgainAtMs;
    if (isTime) this.#readAgainAtMs = performance.now() + readEveryMs;
    try {
      const isComplete = await this.#agents.refresh(isTime ? "all" : "unknown");
      if (!isComplete && this.#ingestion === undefined) return "tokens of agents can't be read";
      const certificate = isTime ? await this.#certificate() : undefined;
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
    const certificate = await readCertificate(secret, this.#shown?.certificate);
    if (certificate === undefined && own !== undefined)
      throw new CertificateSecretError(
        `there is no Secret ${namespace}/${own} with the certificate for agents: put it there, or leave out --ingestion-certificate`,
      );
    return certificate;
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

import { parseIp, type Family } from "../../../values/ip.ts";
import { formatDuration, type Instant, hours, type Millis, minutes } from "../../../values/time.ts";
import { present } from "../../../values/present.ts";
import type { TestEvidence } from "../../evidence.ts";
import { affordable } from "../affordable.ts";
import { needsPing, portEvidence, type PortMeasurements } from "../globalping-evidence.ts";
import { MeasurementRefusedError } from "../globalping-refusal.ts";
import {
  controlRequest,
  pingRequest,
  type ProbeChoice,
  type TestedPort,
  testsOf,
  tlsRequest,
} from "../globalping-request.ts";
import type { Measurement } from "../globalping-reading.ts";
import { answerOf, NoProbesError, ServiceError } from "../service-error.ts";
import type { Round, ServiceAnswer, Source, Target } from "../source.ts";
import { withinDeadline } from "./deadline.ts";
import { GlobalpingClient, type GlobalpingClientOptions } from "./globalping-client.ts";
import { inParallel } from "./in-parallel.ts";

export interface GlobalpingOptions extends ProbeChoice, GlobalpingClientOptions {
  /** Name of the VantagePoint. */
  readonly vantagePoint: string;
  readonly role: TestEvidence["role"];
  readonly now: () => Instant;
  /** Hosts abroad that a probe should reach on port 443, whatever becomes of our addresses. */
  readonly controls?: Readonly<Record<Family, string>>;
  /** A round ends after this, whatever has no result then. Default: 5 minutes. */
  readonly deadline?: Millis;
}

/** Anycast resolvers that answer on port 443 nearly everywhere. */
const cloudflare = { 4: "1.1.1.1", 6: "2606:4700:4700::1111" } as const;

/** Measurements under way at once: each is polled, and its probes are volunteers'. */
const width = 8;

/** Tests published addresses from probes that volunteers run, through api.globalping.io. */
export function globalpingSource(options: GlobalpingOptions): Source {
  const { deadline = minutes(5), token } = options;
  let turn = 0;
  return {
    async measure(targets, signal) {
      const client = new GlobalpingClient(options);
      const round = new GlobalpingRound(client, options);
      const tested = async (signal: AbortSignal) => {
        const chosen = await round.affordable(targets, turn, signal);
        turn += chosen.length;
        await round.test(chosen, signal);
      };
      try {
        await withinDeadline(signal, deadline, tested);
        return round.result(targets);
      } catch (error) {
        return round.result(targets, answerOf(error, token));
      }
    },
  };
}

class GlobalpingRound {
  readonly #client: GlobalpingClient;
  readonly #options: GlobalpingOptions;
  readonly #evidence: TestEvidence[] = [];
  readonly #refused: MeasurementRefusedError[] = [];
  #tested = 0;

  constructor(client: GlobalpingClient, options: GlobalpingOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** The addresses that the quota allows to test now. @throws ServiceError where that is none */
  async affordable(
    targets: readonly Target[],
    turn: number,
    signal: AbortSignal,
  ): Promise<readonly Target[]> {
    const { limit } = this.#options;
    const { left, renewedInMs } = await this.#client.readQuota(signal);
    const chosen = affordable(targets, turn, {
      left,
      fixed: familiesOf(targets).length * limit,
      costOf: (target) => testsOf(target) * limit,
    });
    if (chosen.length > 0 || targets.length === 0) return chosen;
    throw quotaTooLow(left, renewedInMs);
  }

  async test(targets: readonly Target[], signal: AbortSignal): Promise<void> {
    this.#tested = targets.length;
    for (const family of familiesOf(targets))
      await this.#testFamily(
        targets.filter(({ address }) => familyOf(address) === family),
        family,
        signal,
      );
  }

  /** What the round came to, also where it ended early. */
  result(targets: readonly Target[], failure?: ServiceAnswer): Round {
    return {
      evidence: [...this.#evidence],
      answer: failure ?? this.#answer(targets.length),
      ...present({ quota: this.#client.quota }),
    };
  }

  #answer(asked: number): ServiceAnswer {
    const [refused] = this.#refused;
    if (refused !== undefined && this.#evidence.length === 0) return answerOf(refused, undefined);
    if (asked > 0 && this.#evidence.length === 0)
      return answerOf(new NoProbesError("no probe of Globalping came to a result"), undefined);
    const skipped = asked - this.#tested;
    const message = [
      refused?.message,
      skipped > 0 ? `the quota was too low for ${skipped} of ${asked} addresses` : undefined,
    ].find((text) => text !== undefined);
    return { kind: "worked", ...present({ message }) };
  }

  /** Tests addresses of one family: a probe may have a line for one family only. */
  async #testFamily(targets: readonly Target[], family: Family, signal: AbortSignal) {
    const { controls = cloudflare } = this.#options;
    const probesOf = await this.#client.create(
      controlRequest(this.#options, controls[family]),
      signal,
    );
    const control = this.#client.finished(probesOf, signal).catch(() => undefined);
    const tests = targets.flatMap((target) => target.ports.map((port) => ({ target, port })));
    await inParallel(tests, width, async ({ target, port }) => {
      const { tls, ping } = await this.#testPort(target, port, { probesOf, signal });
      this.#keep(target, port, { tls, ping, control: await control });
    });
  }

  async #testPort(
    target: Target,
    port: TestedPort,
    { probesOf, signal }: { readonly probesOf: string; readonly signal: AbortSignal },
  ): Promise<Pick<PortMeasurements, "tls" | "ping">> {
    try {
      const request = tlsRequest(target, port, probesOf);
      const tls = request === undefined ? undefined : await this.#measure(request, signal);
      if (tls !== undefined && !needsPing(tls)) return { tls, ping: undefined };
      return { tls, ping: await this.#measure(pingRequest(target, port, probesOf), signal) };
    } catch (error) {
      if (!(error instanceof MeasurementRefusedError)) throw error;
      this.#refused.push(error);
      return { tls: undefined, ping: undefined };
    }
  }

  async #measure(
    request: Parameters<GlobalpingClient["create"]>[0],
    signal: AbortSignal,
  ): Promise<Measurement> {
    return this.#client.finished(await this.#client.create(request, signal), signal);
  }

  #keep(
    { address, certificateSHA256 }: Target,
    { listener }: TestedPort,
    measurements: Omit<PortMeasurements, "laneCertificate">,
  ): void {
    const { vantagePoint, country, role, now } = this.#options;
    const shared = { address, at: now(), vantagePoint, country, role, listener };
    this.#evidence.push(
      ...portEvidence({ ...measurements, laneCertificate: certificateSHA256 }, shared),
    );
  }
}

function quotaTooLow(left: number, renewedInMs: Millis): ServiceError {
  // Nothing was used yet, or the hour is just over: this quota will never do.
  const isRenewed = renewedInMs === 0;
  const until = isRenewed ? "" : ` for the next ${formatDuration(renewedInMs)}`;
  return new ServiceError(
    `Globalping's quota is ${left} tests${until}, too few for one address: set a token, a longer interval, or a lower limit`,
    { retryAfterMs: isRenewed ? hours(1) : renewedInMs },
  );
}

function familyOf(address: string): Family {
  return parseIp(address).family;
}

function familiesOf(targets: readonly Target[]): readonly Family[] {
  return [...new Set(targets.map(({ address }) => familyOf(address)))];
}

import { Globalping, type TypedMeasurementRequest } from "globalping";
import { z } from "zod";
import { sleep } from "../../../runtime/clock.ts";
import { present } from "../../../values/present.ts";
import { type Millis, seconds } from "../../../values/time.ts";
import { type Measurement, measurementSchema } from "../globalping-reading.ts";
import { type Quota, quotaOfHeaders, quotaOfLimits, refusalError } from "../globalping-refusal.ts";
import { ServiceError } from "../service-error.ts";
import { unlessAborted } from "./deadline.ts";

/** A single call has no answer after this. */
const callTimeout = seconds(15);

const created = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/) });

export interface GlobalpingClientOptions {
  /** Of an account; without one, all that share the operator's address have 250 tests an hour. */
  readonly token?: string;
  readonly userAgent: string;
  /** The API asks for half a second, and blocks whoever polls more than 5 times in 2 s. */
  readonly pollEvery?: Millis;
}

interface Answer {
  readonly ok: boolean;
  readonly data: unknown;
  readonly response: Response;
}

/**
 * The official client, with what it lacks: it ends at once on a signal, keeps the quota that the
 * answers state, and turns refusals into errors that say what to do. Its own `awaitMeasurement`
 * can't be cancelled, and gives up after 60 s.
 */
export class GlobalpingClient {
  readonly #client: Globalping<false>;
  readonly #token: string | undefined;
  readonly #pollEvery: Millis;
  #quota: Quota | undefined;

  constructor({ token, userAgent, pollEvery = seconds(1) }: GlobalpingClientOptions) {
    this.#token = token;
    this.#pollEvery = pollEvery;
    this.#client = new Globalping({
      ...present({ auth: token }),
      userAgent,
      timeout: callTimeout,
      throwApiErrors: false,
    });
  }

  /** The quota, as the last answer stated it. */
  get quota(): Quota | undefined {
    return this.#quota;
  }

  /** Asks how many tests are left; costs none. @throws ServiceError */
  async readQuota(signal: AbortSignal): Promise<Quota> {
    const { data } = await this.#call(this.#client.getLimits(), signal);
    const quota = quotaOfLimits(data);
    if (quota === undefined) throw unreadable();
    this.#quota = quota;
    return quota;
  }

  /** Starts a measurement, and returns its id. @throws ServiceError | NoProbesError */
  async create(request: TypedMeasurementRequest, signal: AbortSignal): Promise<string> {
    const { data } = await this.#call(this.#client.createMeasurement(request), signal);
    const { success, data: measurement } = created.safeParse(data);
    if (!success) throw unreadable();
    return measurement.id;
  }

  /** Waits until a measurement is finished. @throws ServiceError, or the signal's reason */
  async finished(id: string, signal: AbortSignal): Promise<Measurement> {
    for (;;) {
      const measurement = await this.#poll(id, signal);
      if (typeof measurement === "object") return measurement;
      await sleep(measurement, signal);
      signal.throwIfAborted();
    }
  }

  /** The finished measurement, or how long to wait before it is asked for again. */
  async #poll(id: string, signal: AbortSignal): Promise<Measurement | Millis> {
    try {
      const { data } = await this.#call(this.#client.getMeasurement(id), signal);
      const { success, data: measurement } = measurementSchema.safeParse(data);
      if (!success) throw unreadable();
      return measurement.status === "finished" ? measurement : this.#pollEvery;
    } catch (error) {
      // Too many polls, by all who share this address: they are allowed again in seconds.
      if (error instanceof ServiceError && error.retryAfterMs !== undefined)
        return error.retryAfterMs;
      throw error;
    }
  }

  async #call(promise: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#answered(promise, signal);
    const { headers, status } = answer.response;
    this.#quota = quotaOfHeaders(headers) ?? this.#quota;
    if (answer.ok) return answer;
    throw refusalError({ status, headers, body: answer.data, token: this.#token });
  }

  async #answered(promise: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    try {
      return await unlessAborted(promise, signal);
    } catch (cause) {
      // Also a page instead of JSON: the client throws that, whatever it is asked to do.
      throw new ServiceError("Globalping gave no usable answer", { cause });
    }
  }
}

function unreadable(): ServiceError {
  return new ServiceError("Globalping answered in a form that this version does not know");
}

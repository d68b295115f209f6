import { sleep } from "../../../runtime/clock.ts";
import { present } from "../../../values/present.ts";
import { hours, type Instant, type Millis, seconds, since } from "../../../values/time.ts";
import {
  checkIdOf,
  type NodeChoice,
  type NodeResults,
  nodesOf,
  resultsOf,
} from "../check-host-reading.ts";
import type { HourlyBudget } from "../hourly-budget.ts";
import { ServiceError } from "../service-error.ts";
import { askJson, retryAfterOf } from "./ask-json.ts";

const server = "https://check-host.net";

/** Nodes come and go. */
const listIsGoodFor = hours(24);

export interface CheckHostClientOptions {
  readonly userAgent: string;
  readonly now: () => Instant;
  /** Shared by all that ask check-host.net from one address. */
  readonly budget: HourlyBudget;
  /** By default every 2 s. */
  readonly pollEvery?: Millis;
  /** A node that has said nothing by then is waited for no longer. Default: 30 s. */
  readonly slowestNode?: Millis;
}

/** Asks check-host.net, which needs no account, for TCP checks by its nodes. */
export class CheckHostClient {
  readonly #options: CheckHostClientOptions;
  #list: { readonly body: unknown; readonly readAt: Instant } | undefined;

  constructor(options: CheckHostClientOptions) {
    this.#options = options;
  }

  /** A country's nodes. @throws ServiceError */
  async nodes(choice: NodeChoice, signal: AbortSignal): Promise<readonly string[]> {
    const now = this.#options.now();
    if (this.#list === undefined || since(this.#list.readAt, now) >= listIsGoodFor) {
      const body = await this.#ask("/nodes/hosts", signal);
      if (nodesOf(body, choice) === undefined) throw unreadable();
      this.#list = { body, readAt: now };
    }
    return nodesOf(this.#list.body, choice) ?? [];
  }

  /**
   * Has nodes connect to a port, and waits for what they find. A node that says nothing in
   * time is left as `Running`.
   * @param host as `host:port`, IPv6 in brackets
   * @throws ServiceError, or the signal's reason
   */
  async checkTcp(
    host: string,
    nodes: readonly string[],
    signal: AbortSignal,
  ): Promise<NodeResults> {
    const { now, budget, pollEvery = seconds(2), slowestNode = seconds(30) } = this.#options;
    const query = new URLSearchParams([["host", host], ...nodes.map((node) => ["node", node])]);
    budget.spend(now());
    const id = checkIdOf(await this.#ask(`/check-tcp?${query.toString()}`, signal));
    if (id === undefined) throw unreadable();
    for (let waited = 0; ; waited += pollEvery) {
      await sleep(pollEvery, signal);
      signal.throwIfAborted();
      const results = resultsOf(await this.#ask(`/check-result/${id}`, signal), nodes);
      if (results === undefined) throw unreadable();
      const isDone = [...results.values()].every((found) => found !== "Running");
      if (isDone || waited + pollEvery >= slowestNode) return results;
    }
  }

  async #ask(path: string, signal: AbortSignal): Promise<unknown> {
    const headers = { "user-agent": this.#options.userAgent };
    const call = { service: "check-host.net", url: `${server}${path}`, headers };
    const answer = await askJson(call, signal);
    const { status, body } = answer;
    if (status === 429)
      throw new ServiceError("check-host.net allows no more checks for now", {
        ...present({ retryAfterMs: retryAfterOf(answer) }),
      });
    if (status !== 200) throw new ServiceError(`check-host.net answered ${status}`);
    if (body === undefined)
      throw new ServiceError("check-host.net answered with a page where JSON was asked for");
    return body;
  }
}

function unreadable(): ServiceError {
  return new ServiceError("check-host.net answered in a form that this version does not know");
}

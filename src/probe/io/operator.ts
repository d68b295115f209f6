import type { Endpoint } from "../endpoint.ts";
import { endpointsInOrder } from "../endpoints.ts";
import type { ProbeLine } from "../line.ts";
import {
  type Assignment,
  type Receipt,
  type ResultBatch,
  parseAssignment,
  parseReceipt,
} from "../protocol.ts";
import { type Access, type Reply, askOperator } from "./ask-operator.ts";

/** What came of asking at all addresses of the operator. */
export type Answer<T> =
  | { readonly kind: "Answered"; readonly value: T }
  | { readonly kind: "Refused" }
  /** Nobody of them answered as the operator; `stranger` where somebody else did at one. */
  | { readonly kind: "Unreached"; readonly stranger: boolean };

/** The operator, wherever it is reached just now. */
export class Operator {
  readonly #line: ProbeLine;
  readonly #access: Access;
  #last: Endpoint | undefined;

  constructor(line: ProbeLine, options: Omit<Access, "token" | "trust">) {
    this.#line = line;
    this.#access = { ...options, token: line.token, trust: line.trust };
  }

  /** What to test. @param learned addresses of the operator that it named before */
  async assignment(learned: readonly Endpoint[]): Promise<Answer<Assignment>> {
    return this.#ask(learned, undefined, parseAssignment);
  }

  /** Sends results. */
  async send(batch: ResultBatch, learned: readonly Endpoint[]): Promise<Answer<Receipt>> {
    return this.#ask(learned, JSON.stringify(batch), parseReceipt);
  }

  /** Asks one address after the other, until one answers or says that the token is unknown. */
  async #ask<T>(
    learned: readonly Endpoint[],
    body: string | undefined,
    parse: (text: string) => T | undefined,
  ): Promise<Answer<T>> {
    let stranger = false;
    for (const endpoint of endpointsInOrder(this.#last, this.#line.endpoints, learned)) {
      if (this.#access.stop.aborted) break;
      const reply = await askOperator(endpoint, this.#access, body);
      const answer = answerOf(reply, parse);
      if (answer !== undefined) {
        this.#last = endpoint;
        return answer;
      }
      stranger ||= reply.kind === "Stranger";
    }
    return { kind: "Unreached", stranger };
  }
}

/** Undefined where another address is worth a try. */
function answerOf<T>(
  reply: Reply,
  parse: (text: string) => T | undefined,
): Exclude<Answer<T>, { kind: "Unreached" }> | undefined {
  if (reply.kind === "Refused") return reply;
  const value = reply.kind === "Answered" ? parse(reply.text) : undefined;
  return value === undefined ? undefined : { kind: "Answered", value };
}

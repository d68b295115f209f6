import { ApiUnreachableError } from "../../../../src/kubernetes/errors.ts";
import { type Call, refused } from "../../../../src/simulator/server/refusals.ts";

/** What becomes of a call that meets a fault. */
export type Fault =
  /** The server says no, in these words. */
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    }
  /** It never arrives, and the client sees no answer. */
  | { readonly kind: "lost" }
  /** It is carried out, and the client sees no answer. */
  | { readonly kind: "answerLost" }
  /** The client sees no answer; it is carried out once the test lets it arrive. */
  | { readonly kind: "late" };

/** Says no as rights or admission plugins do. */
export const forbidden = (message: string): Fault => ({
  kind: "refused",
  status: 403,
  reason: "Forbidden",
  message,
});

/** Says that the object is not allowed. */
export const notAllowed = (message: string): Fault => ({
  kind: "refused",
  status: 422,
  reason: "Invalid",
  message,
});

/** Asks to come again after some time. */
export const tooMany = (retryAfterMs: number): Fault => ({
  kind: "refused",
  status: 429,
  reason: "TooManyRequests",
  message: "too many requests, please try again later",
  retryAfterMs,
});

/** Fails by its own fault. */
export const broken: Fault = {
  kind: "refused",
  status: 500,
  reason: "InternalError",
  message: "etcdserver: request timed out",
};

/** Somebody else was faster. */
export const overtaken: Fault = {
  kind: "refused",
  status: 409,
  reason: "Conflict",
  message: "the object has been modified; please apply your changes to the latest version",
};

/** Which calls meet a fault. What is left out fits all; reads meet one only where `verb` says so. */
export interface FaultRule {
  readonly verb?: Call["verb"];
  /** The plural, e.g. `deployments` or `whatsappproxies/status`. */
  readonly resource?: string;
  /** `namespace/name`, or `name`. */
  readonly key?: string;
  /** So many calls meet it; without it all do, until `clear`. */
  readonly times?: number;
}

/** The faults that one client's calls meet. */
export class Faults {
  #rules: { readonly rule: FaultRule; readonly fault: Fault; left: number }[] = [];
  #underWay: (() => void)[] = [];

  /** From now on calls that fit meet this fault. */
  plan(fault: Fault, rule: FaultRule = {}): void {
    this.#rules.push({ rule, fault, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  /** Nothing goes wrong any more. Late writes stay under way. */
  clear(): void {
    this.#rules = [];
  }

  /** How many late writes are under way. */
  get underWay(): number {
    return this.#underWay.length;
  }

  /** Late writes arrive, in the order in which they were sent. */
  arrive(): void {
    const arriving = this.#underWay;
    this.#underWay = [];
    for (const write of arriving) {
      // Nobody is there to hear what the server says.
      try {
        write();
      } catch {
        continue;
      }
    }
  }

  /** Carries a call out, or lets it meet its fault. @throws ApiError, ApiUnreachableError */
  meet<T>(call: Call, carryOut: () => T): T {
    const fault = this.#take(call);
    if (fault === undefined) return carryOut();
    if (fault.kind === "refused") throw refused(call, fault);
    if (fault.kind === "late") this.#underWay.push(carryOut);
    if (fault.kind === "answerLost") carryOut();
    throw new ApiUnreachableError(`${call.verb} ${call.resource} ${call.key} got no answer`);
  }

  #take(call: Call): Fault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && fits(rule, call));
    if (found === undefined) return undefined;
    found.left--;
    return found.fault;
  }
}

function fits({ verb, resource, key }: FaultRule, call: Call): boolean {
  const isRead = call.verb === "get" || call.verb === "list";
  return (
    (verb === undefined ? !isRead : verb === call.verb) &&
    (resource === undefined || resource === call.resource) &&
    (key === undefined || key === call.key)
  );
}

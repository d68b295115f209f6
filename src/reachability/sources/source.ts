import type { Millis } from "../../values/time.ts";
import type { Listener, TestEvidence } from "../evidence.ts";

/** What is tested of one published address. */
export interface Target {
  readonly address: string;
  readonly ports: readonly { readonly listener: Listener; readonly port: number }[];
  /** SHA-256 of the lane's certificate, as `ProxyAddress.status.certificateSHA256` writes it. */
  readonly certificateSHA256: string | undefined;
  /** The name that a media client asks for, such as `whatsapp.net`. */
  readonly mediaServerName: string;
}

/** How a round went, for the condition `Working` of its vantage point. */
export type ServiceAnswer =
  /** `message`: what it did not test, and why. */
  | { readonly kind: "worked"; readonly message?: string }
  /** It has no probe there now: no evidence, and no failure. */
  | { readonly kind: "noProbes"; readonly message: string }
  /** In the service's own words, and what to do. Never a token. */
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: Millis };

/** What one round of tests came to. */
export interface Round {
  readonly evidence: readonly TestEvidence[];
  readonly answer: ServiceAnswer;
  /** Tests that the service still gives us, and when it gives more (ms from now), as it said. */
  readonly quota?: { readonly left: number; readonly renewedInMs: Millis };
}

/**
 * A service that is asked to test. A round never throws: what went wrong is its answer. It ends
 * within its own deadline, also where the service never answers, and at once where `signal` fires.
 */
export interface Source {
  measure(targets: readonly Target[], signal: AbortSignal): Promise<Round>;
}

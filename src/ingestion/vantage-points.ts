// ingestion: the HTTPS endpoint of the operator that takes what agents (src/probe) find. A stranger
// sees a web server that has nothing to show.

import type { Instant, Millis } from "../values/time.ts";
import type { Endpoint } from "../probe/endpoint.ts";
import type { Target } from "../reachability/sources/source.ts";

/** A vantage point whose agents may come. */
export interface AgentVantagePoint {
  /** Name of the VantagePoint. */
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly role: "Probe" | "Control";
  /** SHA-256 of its token, 32 bytes: see `tokenHash`. */
  readonly tokenSHA256: Uint8Array;
}

/** What a vantage point's agents are asked to do. */
export interface Work {
  /** Published addresses only, and none that is blocked where the vantage point is. */
  readonly targets: readonly Target[];
  readonly everyMs: Millis;
  /** How often 48 KB are moved through an address that works. */
  readonly transferEveryMs: Millis;
  /** Hosts abroad that are not ours and answer TLS for their own name. */
  readonly elsewhere: readonly Endpoint[];
  /** Where this endpoint is reached from now on, besides what the lines say. */
  readonly endpoints: readonly Endpoint[];
}

/** The operator's time, for the agents and for what they send. */
export type Now = () => Instant;

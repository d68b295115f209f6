/** What was looked at, in one word for programs. */
export type CheckName =
  | "Kubernetes"
  | "CRDs"
  | "Operator"
  | "Rights"
  | "LoadBalancer"
  | "PodSecurity"
  | "NetworkPolicies"
  | "DNS"
  | "Limits"
  | "Fleet"
  | "Handshake";

/** How it is. `Unknown`: it could not be looked at. */
export type FindingState = "Ok" | "Warning" | "Failure" | "Unknown";

/** What a look at one thing has shown. */
export interface Finding {
  readonly check: CheckName;
  readonly state: FindingState;
  /** A clause without a full stop. */
  readonly says: string;
  /** The remedy; absent where nothing is to be done. */
  readonly fix?: string;
}

/** That something is as it should be. */
export function ok(check: CheckName, says: string): Finding {
  return { check, state: "Ok", says };
}

/** That something does not work, or will not. */
export function failure(check: CheckName, says: string, fix: string): Finding {
  return { check, state: "Failure", says, fix };
}

/** That something may not work. */
export function warning(check: CheckName, says: string, fix: string): Finding {
  return { check, state: "Warning", says, fix };
}

/** That something could not be looked at. */
export function unknown(check: CheckName, says: string, fix: string): Finding {
  return { check, state: "Unknown", says, fix };
}

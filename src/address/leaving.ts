import type { Finding } from "../api/findings.ts";
import { type Instant, seconds, since } from "../values/time.ts";

/** A Service that is asked to go, since its address is to be dark. */
export interface LeavingService {
  /** `namespace/name`. */
  readonly name: string;
  readonly finalizers: readonly string[];
  /** The API server's words, where it refused to delete the Service. */
  readonly refusal: string | undefined;
}

/** How far a Service is from being gone. */
export interface Leaving {
  /** When it was first asked to go. */
  readonly since: Instant;
  /** The finalizers that hold it, once it is overdue. */
  readonly heldBy?: readonly string[];
}

/**
 * A load balancer lets go of a Service within this time, mostly. One that needs longer closes the
 * lane of its address early: people there are to move anyway.
 */
const patience = seconds(60);

/** How far a Service is, that was asked to go at `before.since` or is now. */
export function leavingOf(
  before: Leaving | undefined,
  { finalizers }: LeavingService,
  now: Instant,
): Leaving {
  const from = before?.since ?? now;
  const isOverdue = before?.heldBy !== undefined || since(from, now) >= patience;
  return isOverdue ? { since: from, heldBy: finalizers } : { since: from };
}

/** Who keeps an address from being dark; undefined while it is not overdue. */
export function heldFinding(
  address: string,
  { name, finalizers, refusal }: LeavingService,
  { heldBy }: Leaving,
): Finding | undefined {
  if (heldBy === undefined) return undefined;
  const what = `${address} should be dark, but its Service ${name} is still there`;
  const closed = "Its lane is closed in the pods meanwhile";
  return {
    status: "False",
    reason: "ServiceHeld",
    message: `${what}${holder(finalizers, refusal)}. ${closed}`,
  };
}

function holder(finalizers: readonly string[], refusal: string | undefined): string {
  if (refusal !== undefined) return `: the API server refuses to delete it (${refusal})`;
  if (finalizers.length === 0) return `: see kubectl describe service`;
  const [verb, word] = finalizers.length === 1 ? ["holds", "finalizer"] : ["hold", "finalizers"];
  return `: the ${word} ${finalizers.join(", ")} ${verb} it. Check that the controller that set ${finalizers.length === 1 ? "it" : "them"} runs; if it is gone for good, remove the ${word} from the Service`;
}

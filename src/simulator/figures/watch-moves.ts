import type { WorldCluster } from "../operator/cluster.ts";
import { groupOf } from "../operator/cluster.ts";
import type { Border } from "../world/border.ts";
import type { Road } from "../world/road.ts";
import type { Instant } from "../../values/time.ts";
import type { MoveCollector } from "./collector.ts";

interface Watching {
  readonly border: Border;
  readonly road: Road;
  readonly isps: readonly string[];
  /** Addresses of all pools together. */
  readonly addresses: number;
  readonly moves: MoveCollector;
  readonly now: () => Instant;
  readonly isOutage: (at: Instant) => boolean;
}

interface ClaimedEntry {
  readonly spec: {
    readonly cause: string;
    readonly claimRef: { readonly name: string; readonly slot: number };
  };
}

interface ConditionedFleet {
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

/** Counts what the operator does, as the API server sees it. */
export function watchMoves({ server, operator }: WorldCluster, watching: Watching): void {
  const { moves, now, addresses } = watching;
  server.onChange(({ resource, type, after }) => {
    if (resource.kind === "ProxyAddress" && type === "ADDED") {
      const { spec } = after as unknown as ClaimedEntry;
      count(spec, watching);
    }
    if (resource.kind !== "WhatsAppProxy") return;
    const { status } = after as unknown as ConditionedFleet;
    const isShort = (status?.conditions ?? []).some(
      (one) => one.type === "PoolExhausted" && one.status === "True",
    );
    // Some shortages are of the reserve alone: those of moves by age.
    if (isShort && operator.caches.addresses.size >= addresses) moves.dry(now());
  });
}

function count({ cause, claimRef }: ClaimedEntry["spec"], watching: Watching): void {
  const { moves, border, road, isps, now, isOutage } = watching;
  if (cause === "Age") moves.moved("age", { at: now(), isFalse: false, inOutage: false });
  if (cause !== "Blocked") return;
  const old = road.published(groupOf(claimRef.name, claimRef.slot));
  const isFalse = old !== undefined && isps.every((isp) => border.passes(old, isp));
  moves.moved("blocked", { at: now(), isFalse, inOutage: isOutage(now()) });
}

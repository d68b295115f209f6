import type {
  Board,
  BoardChange,
  FleetRow,
  Freshness,
  HiddenPart,
  PoolRow,
  Refused,
  SessionCounts,
} from "../wire.ts";
import { SessionHistory } from "./session-history.ts";

/** How the page stands with the operator. */
export type Link =
  | { readonly kind: "Connecting" | "Live" | "Cut" | "SignedOut" }
  | { readonly kind: "Refused"; readonly refused: Refused };

/** All that the page knows. Each change makes another one; what did not change stays the same object. */
export interface State {
  readonly link: Link;
  /** Those in trouble first; undefined until they are known. */
  readonly fleets: readonly FleetRow[] | undefined;
  readonly pools: readonly PoolRow[] | undefined;
  readonly hidden: readonly HiddenPart[];
  readonly freshness: Freshness | undefined;
  /** Grows; another object whenever it did. */
  readonly sessions: { readonly history: SessionHistory };
}

export const nothingYet: State = {
  link: { kind: "Connecting" },
  fleets: undefined,
  pools: undefined,
  hidden: [],
  freshness: undefined,
  sessions: { history: new SessionHistory() },
};

const order = ["CutOff", "Moving", "AtRisk", "Fine"] as const;

function byUrgency(a: FleetRow, b: FleetRow): number {
  const [first, second] = [order.indexOf(a.urgency), order.indexOf(b.urgency)];
  if (first !== second) return first - second;
  return a.key < b.key ? -1 : 1;
}

/** A whole board came. */
export function withBoard(state: State, { fleets, pools, hidden }: Board): State {
  return { ...state, fleets: fleets.toSorted(byUrgency), pools, hidden };
}

/** A part of the board is another now. */
export function withChange(state: State, { fleets, gone, pools }: BoardChange): State {
  const changed = new Set([...fleets.map(({ key }) => key), ...gone]);
  const kept = (state.fleets ?? []).filter(({ key }) => !changed.has(key));
  const all = changed.size === 0 ? state.fleets : [...kept, ...fleets].toSorted(byUrgency);
  return { ...state, fleets: all, pools: pools ?? state.pools };
}

/** Sessions were counted. */
export function withSessions(state: State, counts: SessionCounts): State {
  const { history } = state.sessions;
  history.add(counts);
  return { ...state, sessions: { history } };
}

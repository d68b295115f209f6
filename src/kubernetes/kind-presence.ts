import type { Refusal, SyncProgress } from "./sync-progress.ts";

/**
 * Whether the server has a kind that others install, and lets it be read: `Missing` and `Forbidden`
 * are its own answers, `Unknown` is that it has not answered yet.
 */
export type KindState = "Served" | Refusal | "Unknown";

/** What can be asked about a kind that the server may lack. */
export interface KindPresence {
  readonly state: KindState;
  /** Calls `listener` each time that the state may have changed. */
  onTurn(listener: () => void): void;
}

/** A kind's presence, as those see it that follow its objects: in all namespaces, or one by one. */
export class FollowedKind implements KindPresence {
  readonly #sources: readonly SyncProgress[];

  constructor(sources: readonly SyncProgress[]) {
    this.#sources = sources;
  }

  get state(): KindState {
    const refusals = this.#sources.flatMap(({ refusal }) => refusal ?? []);
    if (refusals.includes("Missing")) return "Missing";
    if (refusals.length > 0) return "Forbidden";
    return this.#sources.every(({ isSynced }) => isSynced) ? "Served" : "Unknown";
  }

  onTurn(listener: () => void): void {
    for (const source of this.#sources) source.onTurn(listener);
  }
}

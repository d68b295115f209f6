import type { Refusal, SyncProgress } from "./sync-progress.ts";

/**
 * Whether the server has a kind that others install, and lets it be read: `Missing` and `Forbidden`
 * are its own answers, `Unknown` is that it has not answered yet.
 */
export type KindState = "Served" | Refusal | "Unknown";

/** What can be asked about a kind that the server may lack. */
export interface KindPresence {
  /** In a namespace; each is asked about by itself, since its rights are its own. */
  stateIn(namespace: string | undefined): KindState;
  /** Calls `listener` each time that the state may have changed. */
  onTurn(listener: () => void): void;
}

/** Who follows a kind's objects: in one namespace, or in all (undefined). */
interface KindSource {
  readonly namespace: string | undefined;
  readonly progress: SyncProgress;
}

/**
 * A kind's presence, as those see it that follow its objects: in all namespaces, or one by one. A
 * namespace that can't be read says nothing of the others.
 */
export class FollowedKind implements KindPresence {
  readonly #sources: readonly KindSource[];

  constructor(sources: readonly KindSource[]) {
    this.#sources = sources;
  }

  stateIn(namespace: string | undefined): KindState {
    const source = this.#sources.find(
      (one) => one.namespace === undefined || one.namespace === namespace,
    );
    if (source === undefined) return "Unknown";
    const { refusal, isSynced } = source.progress;
    return refusal ?? (isSynced ? "Served" : "Unknown");
  }

  onTurn(listener: () => void): void {
    for (const { progress } of this.#sources) progress.onTurn(listener);
  }
}

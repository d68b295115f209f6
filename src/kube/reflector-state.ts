/** Where a reflector stands. `failures` counts the failed tries since it was last healthy. */
export type ReflectorState =
  | { readonly name: "listing"; readonly continueToken: string | undefined; readonly failures: number }
  | { readonly name: "watching"; readonly resourceVersion: string; readonly failures: number };

/** What happened in a state. `healthyMs` is how long a watch had brought events or stayed open. */
export type ReflectorInput =
  | { readonly kind: "page"; readonly resourceVersion: string; readonly continueToken: string | undefined }
  | { readonly kind: "ended"; readonly resourceVersion: string; readonly healthyMs: number }
  | { readonly kind: "failed"; readonly resourceVersion?: string; readonly healthyMs: number }
  | { readonly kind: "expired" };

/** A watch that lived this long (ms) was healthy: what fails after it starts the back-off anew. */
export const healthyAfterMs = 5_000;

export const initialState: ReflectorState = { name: "listing", continueToken: undefined, failures: 0 };

/**
 * The state that follows. A list that expires midway starts over; a watch goes on from its last version, and lists anew only
 * when the server no longer has that version (410 Gone). A watch that keeps ending at once counts as failing.
 */
export function nextState(state: ReflectorState, input: ReflectorInput): ReflectorState {
  switch (input.kind) {
    case "page":
      return input.continueToken === undefined
        ? { name: "watching", resourceVersion: input.resourceVersion, failures: 0 }
        : { name: "listing", continueToken: input.continueToken, failures: 0 };
    case "expired":
      return { name: "listing", continueToken: undefined, failures: state.failures + 1 };
    case "ended":
    case "failed": {
      const failures = input.healthyMs >= healthyAfterMs ? (input.kind === "ended" ? 0 : 1) : state.failures + 1;
      if (state.name === "listing") return { ...state, failures };
      return { name: "watching", resourceVersion: input.resourceVersion ?? state.resourceVersion, failures };
    }
  }
}

/** Pause before the next try (ms): 0.1 s doubling to 30 s, with jitter so that many replicas don't come back together. */
export function backoffMs(failures: number, random: () => number): number {
  if (failures === 0) return 0;
  return Math.min(30_000, 100 * 2 ** (failures - 1)) * (0.5 + random() / 2);
}

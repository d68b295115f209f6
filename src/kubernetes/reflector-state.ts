import { present } from "../values/present.ts";

/**
 * Where a reflector stands. `failures` counts the failed tries since it was last healthy;
 * `retryAfterMs` is how long the server wished to be left alone after the last one.
 */
export type ReflectorState = Retrying &
  (
    | { readonly name: "listing"; readonly continueToken: string | undefined }
    | { readonly name: "watching"; readonly resourceVersion: string }
  );

interface Retrying {
  readonly failures: number;
  readonly retryAfterMs?: number | undefined;
}

/** What happened in a state. `healthyMs` is how long a watch had brought events or stayed open. */
export type ReflectorInput =
  | {
      readonly kind: "page";
      readonly resourceVersion: string;
      readonly continueToken: string | undefined;
    }
  | { readonly kind: "ended"; readonly resourceVersion: string; readonly healthyMs: number }
  | {
      readonly kind: "failed";
      readonly resourceVersion?: string;
      readonly healthyMs: number;
      /** The server's wish (429, 503), if it had one. */
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly kind: "expired" };

/** A watch that lived this long (ms) was healthy: what fails after it starts the back-off again. */
export const healthyAfterMs = 5_000;

export const initialState: ReflectorState = {
  name: "listing",
  continueToken: undefined,
  failures: 0,
};

/**
 * The state that follows. A list that expires midway starts over; a watch goes on from its last
 * version, and lists again only when the server no longer has that version (410 Gone). A watch that
 * keeps ending at once counts as failing.
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
      const before = input.healthyMs >= healthyAfterMs ? 0 : state.failures;
      const isFailure = input.kind === "failed" || input.healthyMs < healthyAfterMs;
      const failures = isFailure ? before + 1 : before;
      const wish = input.kind === "failed" ? present({ retryAfterMs: input.retryAfterMs }) : {};
      if (state.name === "listing")
        return { name: "listing", continueToken: state.continueToken, failures, ...wish };
      return {
        name: "watching",
        resourceVersion: input.resourceVersion ?? state.resourceVersion,
        failures,
        ...wish,
      };
    }
  }
}

/**
 * Pause before the next try (ms): 0.1 s doubling to 30 s, with jitter so that many replicas don't
 * come back together; never shorter than the server's wish.
 */
export function backoffMs({ failures, retryAfterMs = 0 }: Retrying, random: () => number): number {
  if (failures === 0) return 0;
  const wish = retryAfterMs * (1 + random() / 10);
  return Math.max(wish, Math.min(30_000, 100 * 2 ** (failures - 1)) * (0.5 + random() / 2));
}

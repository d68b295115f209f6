/** After so many sessions, those of before count half. */
const halfLife = 2000;
/** What a slot begins with: people open a chat, and then a photo, and a phone calls twice. */
export const newSpread: Spread = { squares: 2 * 60, sessions: 60 };
/** One burst is not to make a slot insensitive for weeks. */
const mostFactor = 4;

/**
 * How unevenly a slot's sessions come: sums over stretches of some minutes, of their sessions, and of
 * the squares by which a stretch differs from the one before. Their ratio is 1 where each session
 * comes by itself (Poisson), and about 3 where they come in threes, however busy the hour is.
 */
export interface Spread {
  readonly squares: number;
  readonly sessions: number;
}

/** Variance over mean, at least 1. */
export function dispersionOf({ squares, sessions }: Spread): number {
  return Math.max(1, squares / sessions);
}

/** Takes in two stretches, one right after the other. */
export function learnSpread(spread: Spread, earlier: number, later: number): Spread {
  const sessions = Math.max(0, earlier + later);
  const fade = 0.5 ** (sessions / halfLife);
  const square = (later - earlier) ** 2;
  return {
    squares: spread.squares * fade + Math.min(square, mostFactor * dispersionOf(spread) * sessions),
    sessions: spread.sessions * fade + sessions,
  };
}

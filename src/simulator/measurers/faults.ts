import type { Millis } from "../../values/time.ts";

/** What is wrong with somebody who measures. */
export interface MeasurerFaults {
  /** The chance that a test of a working address fails. */
  readonly noise?: number;
  /** It says nothing any more from this time on, counted from the start. */
  readonly deadAfter?: Millis;
  /** It says that everything is blocked, or that everything works, whatever it sees. */
  readonly lies?: "blocked" | "fine";
  /** It is blocked itself: it reaches nothing of ours, and says nothing of the rest of the world. */
  readonly isBlocked?: true;
  /** It does not look whether it reaches anything else: it says that it does, in an outage as well. */
  readonly isBlind?: true;
  /** Its words reach the operator even while the country is cut off from the world. */
  readonly speaksInOutage?: true;
}

import type { Urgency } from "../../overview/fleet.ts";
import type { SlotState } from "../../overview/slot.ts";
import type { Tone } from "../terminal/paint.ts";

/** A word for people, and its colour. */
export interface Word {
  readonly text: string;
  readonly tone: Tone;
}

/** How urgent a fleet is. */
export const urgencyWords: Readonly<Record<Urgency, Word>> = {
  CutOff: { text: "cut off", tone: "bad" },
  Moving: { text: "moving", tone: "warning" },
  AtRisk: { text: "at risk", tone: "warning" },
  Fine: { text: "fine", tone: "good" },
};

/** How a slot is served. */
export const stateWords: Readonly<Record<SlotState, Word>> = {
  Served: { text: "served", tone: "good" },
  Suspected: { text: "suspected", tone: "warning" },
  Moving: { text: "moving", tone: "warning" },
  CutOff: { text: "cut off", tone: "bad" },
  Unknown: { text: "unknown", tone: "faint" },
};

import type { Fleet } from "../../fleet-status/fleet.ts";
import { timeWords, type Tone, type Word } from "../../fleet-status/words.ts";
import { headlamp, type LabelStatus, React } from "./headlamp.ts";
import type { Address, Pool, VantagePoint } from "./read.ts";

const { StatusLabel } = headlamp.CommonComponents;

/** Headlamp's word for a tone. */
export const statusOf: Readonly<Record<Tone, LabelStatus>> = {
  good: "success",
  warning: "warning",
  bad: "error",
  unknown: "",
};

/** A word in the colour of its tone. The word says all; the colour only repeats it. */
export function Label({ word: { text, tone } }: { readonly word: Word }) {
  return <StatusLabel status={statusOf[tone]}>{text}</StatusLabel>;
}

/** A time in the viewer's zone and in UTC. */
export function Moment({ time }: { readonly time: Date | undefined }) {
  if (time === undefined) return <span>not known</span>;
  const { here, utc } = timeWords(time);
  return (
    <time dateTime={time.toISOString()}>
      {here} ({utc})
    </time>
  );
}

const urgencyWords: Readonly<Record<Fleet["urgency"], Word>> = {
  CutOff: { text: "Cut off", tone: "bad" },
  Moving: { text: "Moving", tone: "warning" },
  AtRisk: { text: "At risk", tone: "warning" },
  Fine: { text: "Fine", tone: "good" },
  Unknown: { text: "Not known", tone: "unknown" },
};

/** How a fleet is, in a word. */
export function fleetWord({ urgency }: Fleet): Word {
  return urgencyWords[urgency];
}

/** How an address is, in a word: blocked says more than its phase. */
export function addressWord({ phase, blockedIn }: Address): Word {
  if (phase === "Quarantined") return { text: "Quarantined", tone: "unknown" };
  if (blockedIn.length > 0) return { text: `Blocked in ${blockedIn.join(", ")}`, tone: "bad" };
  if (phase === "Serving") return { text: phase, tone: "good" };
  return phase === "" ? { text: "Not known", tone: "unknown" } : { text: phase, tone: "warning" };
}

/** Whether a pool has something left. */
export function poolWord({ free }: Pool): Word {
  if (free === undefined) return { text: "not known", tone: "unknown" };
  if (free === 0) return { text: "none free", tone: "bad" };
  return { text: `${free} free`, tone: free < 3 ? "warning" : "good" };
}

/** Whether a vantage point measures. */
export function workingWord({ isWorking }: VantagePoint): Word {
  if (isWorking === undefined) return { text: "Not known", tone: "unknown" };
  return isWorking ? { text: "Works", tone: "good" } : { text: "Does not measure", tone: "bad" };
}

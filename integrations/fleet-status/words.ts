import type { Fleet } from "./fleet.ts";
import type { Group, GroupState, OtherAddress } from "./groups.ts";

/** How good something is: more than a colour, since not everybody sees colours. */
export type Tone = "good" | "warning" | "bad" | "unknown";

export interface Word {
  readonly text: string;
  readonly tone: Tone;
}

/** How a group is served, in a word. */
export const stateWords: Readonly<Record<GroupState, Word>> = {
  Served: { text: "Served", tone: "good" },
  Moving: { text: "Moving", tone: "warning" },
  CutOff: { text: "Cut off", tone: "bad" },
  Unknown: { text: "Not known", tone: "unknown" },
};

/** One sentence on the fleet: what somebody wants to know first. */
export function headline({ urgency, groups, readyPods, troubles }: Fleet): Word {
  const count = (state: GroupState) => groups.filter((group) => group.state === state).length;
  const some = (state: GroupState) =>
    `${count(state)} of ${groups.length} groups ${count(state) === 1 ? "is" : "are"} cut off`;
  switch (urgency) {
    case "Unknown":
      return { text: "No operator has looked at this fleet yet.", tone: "unknown" };
    case "CutOff":
      return readyPods === 0
        ? { text: "No proxy pod is ready: nobody is served.", tone: "bad" }
        : { text: `${some("CutOff")}.`, tone: "bad" };
    case "Moving":
      return {
        text: `${some("Moving")}, and ${count("Moving") === 1 ? "moves" : "move"} now.`,
        tone: "warning",
      };
    case "AtRisk":
      return {
        text: `Nobody is known to be cut off, but ${troubles.length === 1 ? "something is" : "some things are"} wrong.`,
        tone: "warning",
      };
    case "Fine":
      return { text: "Nobody is known to be cut off.", tone: "good" };
  }
}

const reasonWords: Readonly<Record<string, string>> = {
  Age: "its address is old by then",
  Blocked: "its address is blocked",
  Requested: "somebody asked for it",
};

/** Why a group moves next. */
export function nextReason({ next }: Group): string {
  return next === undefined ? "" : (reasonWords[next.reason] ?? next.reason);
}

/** What an address beside the present one does. */
export function phaseWords({ phase }: OtherAddress): string {
  switch (phase) {
    case "Provisioning":
    case "Verifying":
      return "is being made ready";
    case "Draining":
      return "still serves";
    case "Quarantined":
      return "rests";
    default:
      return phase;
  }
}

/** A time for people: in the viewer's zone, and in UTC. */
export function timeWords(time: Date): { readonly here: string; readonly utc: string } {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const iso = time.toISOString();
  return { here: format.format(time), utc: `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` };
}

import type { Played } from "../../simulator/compare.ts";
import { sharePlot } from "../../simulator/report/plot.ts";
import { figure, percent, spokenMinutes } from "../../simulator/report/words.ts";
import { type Drawing, tableText } from "../terminal/table.ts";

/** What was played, for people: how long the pool lasts first, then a row for each policy. */
export function playedText(played: readonly Played[], drawing: Drawing): string {
  const header = ["POLICY", "ADDRESSES", "REACHED", "BACK AFTER", "90 % BACK", "MOVES", "BURNT"];
  const rows = played.map(({ of, summary }) =>
    [
      of.policy.name,
      String(of.addresses),
      percent(summary.reachable),
      spokenMinutes(summary.reconnectMedian),
      spokenMinutes(summary.reconnectP90),
      figure({
        mean: summary.movesByAge.mean + summary.movesByBlock.mean,
        half: summary.movesByBlock.half,
      }),
      figure(summary.burnt),
    ].map((text) => ({ text })),
  );
  return `${lasting(played)}\n\n${tableText(header, rows, drawing)}`;
}

/** How long the pool lasts, and what further addresses give. */
function lasting([mine, grown]: readonly Played[]): string {
  if (mine === undefined) return "";
  const { addresses, groups, profile } = mine.of;
  const own = `With ${addresses} addresses and ${groups} groups, ${daysOf(mine)} against ${profile.about}.`;
  if (grown === undefined || grown.of.policy !== mine.of.policy) return own;
  const further = grown.of.addresses - addresses;
  return `${own}\nWith ${further} further addresses, ${daysOf(grown)}.`;
}

function daysOf({ of, summary }: Played): string {
  const { runs, days } = summary.dry;
  if (runs === 0) return `no slot lacks an address in ${of.days} days`;
  const often = runs === summary.seeds ? "" : ` (in ${runs} of ${summary.seeds} runs)`;
  return `the first slot lacks an address after about ${figure(days)} days${often}`;
}

/** The same, as programs take it. Shares are from 0 to 1, times in minutes. */
export function playedJson(played: readonly Played[]) {
  return {
    played: played.map(({ of, summary, runs }) => ({
      policy: of.policy.name,
      profile: of.profile.name,
      groups: of.groups,
      addresses: of.addresses,
      days: of.days,
      summary,
      runs,
    })),
  };
}

/** A bar for each policy: how many hours people were reached. */
export function playedPlot(played: readonly Played[]): string {
  const [first] = played;
  const title = `Hours in which people are reached (${first?.of.profile.name ?? ""})`;
  const bars = played.map(({ of, summary }) => ({
    label: `${of.policy.name}, ${of.addresses}`,
    value: summary.reachable,
    isOurs: of.policy.kind === "ours",
  }));
  return sharePlot(title, bars);
}

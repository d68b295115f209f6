import type { SlotResult } from "./measure.ts";

/** One line for each size of group. */
export function rows(results: readonly SlotResult[]): string[][] {
  const bySize = Map.groupBy(results, ({ people }) => people);
  return [...bySize].sort(([a], [b]) => a - b).map(([people, slots]) => row(people, slots));
}

export const heading = [
  "people",
  "slot-months",
  "false alarms a month",
  "slots above one a month",
  "blocks",
  "noticed in an hour",
  "in a day",
  "minutes, the middle one",
  "nine of ten of those noticed",
];

function row(people: number, slots: readonly SlotResult[]): string[] {
  const months = sum(slots.map((slot) => slot.months));
  const above = slots.filter((slot) => slot.falseAlarms > slot.months).length;
  const times = slots.flatMap(({ noticed }) => noticed).sort((a, b) => a - b);
  const seen = times.filter((time) => Number.isFinite(time));
  return [
    people,
    Math.round(months),
    (sum(slots.map((slot) => slot.falseAlarms)) / months).toFixed(2),
    `${above} of ${slots.length}`,
    times.length,
    percent(times.filter((time) => time <= 60).length, times.length),
    percent(seen.length, times.length),
    seen[Math.floor(seen.length / 2)] ?? "-",
    seen[Math.floor(seen.length * 0.9)] ?? "-",
  ].map(String);
}

/** As Markdown. */
export function table(results: readonly SlotResult[]): string {
  const lines = [heading, heading.map(() => "---:"), ...rows(results)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function falseAlarmsPerMonth(results: readonly SlotResult[]): number {
  return (
    sum(results.map(({ falseAlarms }) => falseAlarms)) / sum(results.map(({ months }) => months))
  );
}

function percent(part: number, of: number): string {
  return of === 0 ? "-" : `${Math.round((100 * part) / of)} %`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Whether this is the name of a time zone, such as Asia/Tehran. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Two slips of the pen at most: with more, another zone may be meant. */
const mostSlips = 2;

/** The time zone whose name is nearly this text, such as Asia/Tehran for Asia/Teheran. */
export function nearestTimeZone(text: string): string | undefined {
  const name = text.toLowerCase();
  const near = Intl.supportedValuesOf("timeZone")
    .filter((zone) => Math.abs(zone.length - name.length) <= mostSlips)
    .map((zone) => ({ zone, slips: slipsBetween(name, zone.toLowerCase()) }))
    .filter(({ slips }) => slips <= mostSlips);
  return near.toSorted((a, b) => a.slips - b.slips)[0]?.zone;
}

/** How many letters are missing, added or wrong (V. Levenshtein's distance). */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split("").entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const units = ["kB", "MB", "GB", "TB", "PB"] as const;

/** A number of bytes as people read it: `0 B`, `1.5 kB`, `340 MB`. Thousands are 1,000. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let at = 0;
  // What would round to 1000 has the next unit.
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[at] ?? ""}`;
}

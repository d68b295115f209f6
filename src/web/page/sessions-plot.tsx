import { useSpeech } from "./context.ts";
import type { Counts } from "./session-history.ts";

const [width, height] = [120, 24];

/** How many sessions a slot has had since the page was opened. */
export function SessionsPlot({ counts }: { readonly counts: Counts }) {
  const { language, times } = useSpeech();
  const { texts } = language;
  const known = counts.filter((count) => count !== null);
  const now = counts.at(-1);
  if (now === undefined || now === null)
    return <p class="sessions faint">{texts.sessionsUnknown}</p>;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  return (
    <p class="sessions">
      {texts.sessions}: <b>{times.number(now)}</b>{" "}
      <svg
        role="img"
        aria-label={texts.sessionsLabel(now, least, most)}
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
      >
        {linesOf(counts, most).map((points) => (
          <polyline key={points} points={points} />
        ))}
      </svg>
    </p>
  );
}

/** A line for each stretch of time in which the counts were known. */
function linesOf(counts: Counts, most: number): readonly string[] {
  const step = width / Math.max(1, counts.length - 1);
  const lines: string[][] = [[]];
  for (const [index, count] of counts.entries()) {
    if (count === null) lines.push([]);
    else {
      const y = height - 2 - (count / Math.max(1, most)) * (height - 4);
      lines.at(-1)?.push(`${(index * step).toFixed(1)},${y.toFixed(1)}`);
    }
  }
  // A single count is a line of no length, which nobody would see.
  return lines
    .filter((points) => points.length > 0)
    .map((points) => (points.length > 1 ? points : [...points, ...dot(points[0])]).join(" "));
}

function dot(point = "0,0"): readonly string[] {
  const [x = "0", y = "0"] = point.split(",");
  return [`${Number(x) + 2},${y}`];
}

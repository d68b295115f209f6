import type { Estimate } from "../figures/interval.ts";

/** One bar of a plot. */
export interface Bar {
  readonly label: string;
  readonly value: Estimate;
  /** Ours is drawn in another colour than others'. */
  readonly isOurs: boolean;
}

const width = 760;
const labelWidth = 210;
const valueWidth = 70;
const rowHeight = 26;
const top = 44;

/**
 * A bar for each share from 0 to 1, with its confidence interval, as an SVG file. It has no colours
 * of its own for text, so that it can be read on light and dark pages.
 */
export function sharePlot(title: string, bars: readonly Bar[]): string {
  const height = top + bars.length * rowHeight + 30;
  const scale = width - labelWidth - valueWidth;
  const rows = bars.map((bar, index) => row(bar, top + index * rowHeight, scale));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => tick(share, height, scale));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="13">`,
    `  <rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `  <text x="12" y="24" font-size="15" font-weight="bold" fill="#222222">${escaped(title)}</text>`,
    ...ticks,
    ...rows.flat(),
    "</svg>",
    "",
  ].join("\n");
}

function tick(share: number, height: number, scale: number): string {
  const x = (labelWidth + share * scale).toFixed(1);
  return [
    `  <line x1="${x}" y1="${top - 8}" x2="${x}" y2="${height - 24}" stroke="#dddddd"/>`,
    `  <text x="${x}" y="${height - 8}" text-anchor="middle" fill="#555555">${100 * share} %</text>`,
  ].join("\n");
}

function row({ label, value, isOurs }: Bar, y: number, scale: number): readonly string[] {
  const end = labelWidth + value.mean * scale;
  const middle = y + 9;
  const [low, high] = [value.mean - value.half, Math.min(1, value.mean + value.half)];
  const [from, to] = [low, high].map((share) =>
    (labelWidth + Math.max(0, share) * scale).toFixed(1),
  );
  const colour = isOurs ? "#1f7a5c" : "#b0603a";
  return [
    `  <text x="${labelWidth - 8}" y="${middle + 4}" text-anchor="end" fill="#222222">${escaped(label)}</text>`,
    `  <rect x="${labelWidth}" y="${y}" width="${(end - labelWidth).toFixed(1)}" height="18" fill="${colour}"/>`,
    `  <line x1="${from}" y1="${middle}" x2="${to}" y2="${middle}" stroke="#222222" stroke-width="1.5"/>`,
    `  <text x="${width - 8}" y="${middle + 4}" text-anchor="end" fill="#222222">${(100 * value.mean).toFixed(1)} %</text>`,
  ];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

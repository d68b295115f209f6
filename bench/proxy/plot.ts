import { short } from "./aims.ts";
import { type Contender, contenders } from "./proxies.ts";
import type { Row } from "./samples.ts";

/** How contenders are called in tables and plots. */
export const contenderNames: Readonly<Record<Contender, string>> = {
  ours: "Proxyfleet",
  official: "the official values",
  bare: "HAProxy alone",
};

const colours: Readonly<Record<Contender, string>> = {
  ours: "#0f766e",
  official: "#d97706",
  bare: "#94a3b8",
};
const columns = 2;
const size = {
  width: 460,
  margin: 20,
  head: 64,
  title: 30,
  labels: 148,
  values: 58,
  bar: 13,
  gap: 10,
} as const;

/** A panel's bars, and where it stands. */
interface Panel {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly height: number;
}

/**
 * All figures as bars, a panel for each kind, as an SVG document. The longest bar of a panel is its
 * full width: panels have no common scale.
 */
export function plot(rows: readonly Row[], caption: string): string {
  const panels = [...Map.groupBy(rows, ({ panel }) => panel)].map(([title, of]) => ({
    title,
    rows: of,
    height: heightOf(of),
  }));
  const lines = Array.from({ length: Math.ceil(panels.length / columns) }, (_, line) =>
    panels.slice(line * columns, (line + 1) * columns),
  );
  let top: number = size.head;
  const drawn = lines.flatMap((line) => {
    const at = top;
    top += Math.max(...line.map(({ height }) => height));
    return line.map((panel, column) =>
      drawPanel(panel, size.margin + column * (size.width + size.margin), at),
    );
  });
  const width = columns * (size.width + size.margin) + size.margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" font-family="system-ui, sans-serif" font-size="12" fill="#0f172a">`,
    `<rect width="${width}" height="${top}" fill="#ffffff"/>`,
    ...legend(caption),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function legend(caption: string): string[] {
  const keys = contenders.map((contender, index) => {
    const x = size.margin + index * 170;
    return `<rect x="${x}" y="36" width="12" height="12" fill="${colours[contender]}"/>${text({ x: x + 18, y: 46 }, contenderNames[contender])}`;
  });
  return [text({ x: size.margin, y: 22 }, caption, 'font-size="14" font-weight="600"'), ...keys];
}

function measured({ values }: Row): Contender[] {
  return contenders.filter((contender) => values[contender] !== undefined);
}

function heightOf(rows: readonly Row[]): number {
  return (
    size.title +
    rows.reduce((sum, row) => sum + measured(row).length * size.bar + size.gap, 0) +
    size.gap
  );
}

function drawPanel({ title, rows }: Panel, left: number, top: number): string {
  const longest = Math.max(
    ...rows.flatMap(({ values }) => Object.values(values)),
    Number.MIN_VALUE,
  );
  const full = size.width - size.labels - size.values;
  let y = top + size.title;
  const bars = rows.flatMap((row) => {
    const own = measured(row);
    const middle = y + (own.length * size.bar) / 2 + 4;
    const drawn = own.map((contender, index) => {
      const value = row.values[contender] ?? 0;
      const length = (Math.max(value, 0) / longest) * full;
      const at = y + index * size.bar;
      const bar = `<rect x="${left + size.labels}" y="${at}" width="${length.toFixed(1)}" height="${size.bar - 2}" fill="${colours[contender]}"/>`;
      return (
        bar +
        text(
          { x: left + size.labels + length + 5, y: at + size.bar - 3 },
          short(value),
          'font-size="10.5" fill="#475569"',
        )
      );
    });
    y += own.length * size.bar + size.gap;
    return [
      text({ x: left + size.labels - 8, y: middle }, row.label, 'text-anchor="end"'),
      ...drawn,
    ];
  });
  return [text({ x: left, y: top + 16 }, title, 'font-weight="600"'), ...bars].join("\n");
}

function text(
  { x, y }: { readonly x: number; readonly y: number },
  content: string,
  attributes = "",
): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}

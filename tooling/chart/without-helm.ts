/**
 * What Helm writes into manifests about itself: where it stands in the chart, and labels that would
 * say that a release exists.
 */
const marks = [
  /^# Source: .*\n/gm,
  /^ +helm\.sh\/chart: .*\n/gm,
  /^ +app\.kubernetes\.io\/managed-by: Helm\n/gm,
];

/** Rendered manifests as if no Helm had been there. Comments stay. */
export function withoutHelm(rendered: string): string {
  return marks
    .reduce((text, mark) => text.replaceAll(mark, ""), rendered)
    .replaceAll(/\n+---/g, "\n---");
}

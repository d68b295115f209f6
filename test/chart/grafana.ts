/** A panel as far as tests need it. */
export interface AskingPanel {
  readonly title: string;
  readonly exprs: readonly string[];
}

/** The panels of a dashboard that ask for anything, in their order. */
export function panelsOf(dashboard: unknown): readonly AskingPanel[] {
  const { panels } = dashboard as {
    panels: readonly { title: string; targets?: readonly { expr: string }[] }[];
  };
  return panels.flatMap(({ title, targets }) =>
    targets === undefined ? [] : [{ title, exprs: targets.map(({ expr }) => expr) }],
  );
}

/** The metrics that a PromQL expression asks for: names that are no functions, labels or values. */
export function metricsOf(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/\{[^}]*\}/g, " ")
    .replaceAll(/\b(by|on|without|ignoring) \([^)]*\)/g, " ");
  return bare.match(/\b[a-z]+_[a-z0-9_]+\b(?!\s*\()/g) ?? [];
}

/** A query as Grafana sends it: with what a person chose in place of the variables. */
export function filledIn(
  expr: string,
  chosen: Readonly<{ operator: string; range: string }>,
): string {
  return expr
    .replaceAll("$operator", chosen.operator)
    .replaceAll(/\$(namespace|fleet)\b/g, ".*")
    .replaceAll("$__range", chosen.range);
}

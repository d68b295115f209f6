/** A metric's samples: labels and value. */
export type Samples<Label extends string> = Iterable<
  readonly [Readonly<Record<Label, string>>, number]
>;

/** What a metric is called, and which labels its samples have. */
export interface MetricHeader<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

/** A metric that is kept elsewhere, and read when somebody asks. */
export interface ReadMetric extends MetricHeader<string> {
  readonly type: "gauge" | "counter";
  readonly read: () => Samples<string>;
}

/** Most lines of one piece. */
const linesEach = 250;

/** A metric in Prometheus' text format (version 0.0.4), in pieces of whole lines. */
export function* piecesOf(metric: ReadMetric): Generator<string> {
  let lines = [`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`];
  for (const [labels, value] of metric.read()) {
    const pairs = metric.labelNames.map((label) => `${label}="${escaped(labels[label] ?? "")}"`);
    lines.push(`${metric.name}{${pairs.join(",")}} ${value}`);
    if (lines.length < linesEach) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  yield `${lines.join("\n")}\n`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

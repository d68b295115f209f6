/** One query of a panel. */
export interface Query {
  /**
   * PromQL. `$operator` is the operator's namespace, `$namespace` and `$fleet` are the fleets that a
   * person chose, `$__range` is the time that the dashboard shows.
   */
  readonly expr: string;
  /** Name of its lines, with labels as `{{label}}`. A table needs none. */
  readonly legend?: string;
}

/** How numbers are written, as Grafana calls it. */
export type Unit = "short" | "s" | "bytes" | "Bps" | "percentunit" | "cps";

interface Shared {
  /** The question that it answers. */
  readonly title: string;
  /** How to read it, and what to do. */
  readonly description: string;
  /** Of the 24 columns of a row. */
  readonly width: number;
  readonly unit: Unit;
  readonly queries: readonly [Query, ...Query[]];
}

/** One or several numbers. */
export interface NumberPanel extends Shared {
  readonly show: "number";
  /** From which value on it is coloured, and whether that is so upwards or downwards. */
  readonly bad: { readonly above: number } | { readonly below: number } | undefined;
  /** What stands for a value, where a number alone says nothing. */
  readonly words?: Readonly<Record<string, string>>;
  /** What stands there if there is no number at all. Default: that it is not known. */
  readonly nothing?: string;
}

/** Rows of what is so right now. Empty is good. */
export interface TablePanel extends Shared {
  readonly show: "table";
  /** The labels that are columns, in their order, with their headings. */
  readonly columns: Readonly<Record<string, string>>;
  /** Heading of the value; undefined: the value says nothing that the row does not. */
  readonly value: string | undefined;
}

/** Lines over time. */
export interface GraphPanel extends Shared {
  readonly show: "graph";
  readonly isStacked?: boolean;
}

/** Something to look at that answers one question. */
export type Panel = NumberPanel | TablePanel | GraphPanel;

/** Panels under one heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Selects what fleets say of themselves. More matchers follow as `,type="Ready"`. */
export function ofFleets(more = ""): string {
  return `{namespace=~"$namespace",fleet=~"$fleet"${more}}`;
}

/** Selects what the operator says of itself and of what has no namespace, such as pools. */
export function ofOperator(more = ""): string {
  return `{namespace=~"$operator"${more}}`;
}

/** Each fleet and each slot once: both replicas may report the same. */
export const eachFleet = "max by (namespace, fleet)";
export const eachSlot = "max by (namespace, fleet, slot)";

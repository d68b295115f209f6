import { ProxyfleetError } from "../../values/errors.ts";
import { explainIssue } from "../../api/problem.ts";
import { type ChartValues, chartValues, defaultValues } from "./values.ts";

/** Values that the chart would refuse too: the message names each, and what is wrong with it. */
export class ValuesError extends ProxyfleetError {}

/**
 * All values, from those that a person set: maps are merged with the defaults as Helm merges them,
 * lists take their place.
 * @throws ValuesError for a value that does not exist or is of the wrong kind
 */
export function readValues(given: object): ChartValues {
  const parsed = chartValues.safeParse(merged(defaultValues, given));
  if (!parsed.success)
    throw new ValuesError(
      parsed.error.issues.map((issue) => explainIssue(issue, given)).join("; "),
    );
  const { watchNamespaces, monitoringNamespaces } = parsed.data;
  return {
    ...parsed.data,
    watchNamespaces: [...new Set(watchNamespaces)],
    monitoringNamespaces: [...new Set(monitoringNamespaces)],
  };
}

function merged(base: unknown, given: unknown): unknown {
  if (given === undefined) return base;
  if (!isMap(base) || !isMap(given)) return given;
  const keys = new Set([...Object.keys(base), ...Object.keys(given)]);
  const members = [...keys].map((key) => [key, merged(base[key], given[key])] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined && value !== null)); // null: Helm's word for "not even the default"
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

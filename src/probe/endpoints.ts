import { type Endpoint, endpointText } from "./endpoint.ts";

/**
 * Where the operator is looked for, in order: where it answered last, then what the line says, then
 * what the operator said since. Each once.
 */
export function endpointsInOrder(
  last: Endpoint | undefined,
  inLine: readonly Endpoint[],
  learned: readonly Endpoint[],
): readonly Endpoint[] {
  const all = [...(last === undefined ? [] : [last]), ...inLine, ...learned];
  return [...new Map(all.map((endpoint) => [endpointText(endpoint), endpoint])).values()];
}

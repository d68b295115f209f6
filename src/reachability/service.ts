import { type VantagePointSpec, sourceOfSpec, tokenRefOf } from "../api/vantage-point.ts";

/**
 * The service and the account that a vantage point uses, as one text: those of one share its quota,
 * and the places in which rounds run.
 */
export function serviceOf(spec: VantagePointSpec): string {
  const token = tokenRefOf(spec);
  const account = token === undefined ? "" : `${token.name}/${token.key}`;
  return [sourceOfSpec(spec), spec.http?.url ?? "", account].join(" ");
}

import { type VantagePoint, parseVantagePoint } from "../../src/api/vantage-point.ts";
import type { CustomObject } from "../../src/kubernetes/objects.ts";
import { apiVersion, type Given } from "./metadata.ts";
import { valueOf } from "./parsed.ts";

/** A VantagePoint, as JSON. */
export interface VantagePointObject extends CustomObject {
  spec: Record<string, unknown>;
}

interface GivenVantagePoint extends Given {
  /** Goes over the default spec: Globalping in Iran. A field that is undefined is left out. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: object;
}

/** A vantage point, `globalping-ir`, as a person writes it. */
export function vantagePointObject(given: GivenVantagePoint = {}): VantagePointObject {
  const { name = "globalping-ir", metadata, spec, ...status } = given;
  const all = { country: "IR", globalping: {}, ...spec };
  return {
    apiVersion,
    kind: "VantagePoint",
    metadata: { name, ...metadata },
    spec: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    ...status,
  };
}

/** The same, as the operator reads it, with all defaults filled in. */
export function parsedVantagePoint(given: GivenVantagePoint = {}): VantagePoint {
  const metadata = { uid: "vantage-uid", generation: 1, ...given.metadata };
  return valueOf(parseVantagePoint(vantagePointObject({ ...given, metadata })));
}

import { apiVersion } from "../../api/names.ts";
import type { CustomObject } from "../../kubernetes/objects.ts";
import type { MeasurerFaults } from "./faults.ts";

/** Somebody who measures, as a world is set up with it. */
export interface MeasurerSetup {
  readonly name: string;
  readonly role: "Probe" | "Control";
  /** An agent sends what it found; a checker is asked, and asked again soon where in doubt. */
  readonly source: "agent" | "checker";
  /** Number of the provider behind whose network it stands; of a control: none. */
  readonly isp?: number;
  /** A Go duration. */
  readonly interval: string;
  readonly faults?: MeasurerFaults;
}

/** Two volunteers in the country, and one control abroad, with the API's own interval. */
export const usualMeasurers: readonly MeasurerSetup[] = [
  { name: "agent-1", role: "Probe", source: "agent", isp: 0, interval: "10m" },
  {
    name: "agent-2",
    role: "Probe",
    source: "agent",
    isp: 1,
    interval: "10m",
    faults: { speaksInOutage: true },
  },
  { name: "control", role: "Control", source: "checker", interval: "10m" },
];

/** The VantagePoint that stands for it. */
export function vantagePointManifest(
  { name, role, source, interval }: MeasurerSetup,
  country: string,
): CustomObject {
  const tokenSecretRef = { name: `token-${name}`, key: "token" };
  const from =
    source === "agent"
      ? { agent: { tokenSecretRef } }
      : { http: { url: "https://checker.example" } };
  const spec = { country, role, interval, ...from };
  return { apiVersion, kind: "VantagePoint", metadata: { name }, spec };
}

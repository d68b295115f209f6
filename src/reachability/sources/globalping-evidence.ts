import type { TestEvidence } from "../evidence.ts";
import {
  type Measurement,
  outcomeOf,
  placesOf,
  reachesElse,
  readPing,
  readTls,
} from "./globalping-reading.ts";

/** What the same probes measured, in the same order. */
export interface PortMeasurements {
  readonly control: Measurement | undefined;
  readonly tls: Measurement | undefined;
  readonly ping: Measurement | undefined;
  /** SHA-256 of the lane's certificate, in lower-case hex. */
  readonly laneCertificate: string | undefined;
}

/** What all probes of a port share. */
export type SharedEvidence = Omit<TestEvidence, "kind" | "place" | "outcome" | "reachesElse">;

/** One piece of evidence for each probe that found anything on a port. */
export function portEvidence(
  { control, tls, ping, laneCertificate }: PortMeasurements,
  shared: SharedEvidence,
): readonly TestEvidence[] {
  const measured = tls ?? ping;
  if (measured === undefined) return [];
  const places = placesOf(measured);
  return places.flatMap((place, index) => {
    const outcome = outcomeOf(
      at(tls, index, (result) => readTls(result, { listener: shared.listener, laneCertificate })),
      at(ping, index, readPing),
    );
    if (outcome === undefined) return [];
    // Probes keep their order; where they don't, nobody knows what this one reaches.
    const isSame = asnAt(control, index) === asnAt(measured, index);
    const reached = isSame ? reachesElse(at(control, index, readPing)) : undefined;
    return [{ ...shared, kind: "test", place, outcome, reachesElse: reached } as const];
  });
}

/** Whether only a TCP ping tells at which step a probe's test over TLS failed. */
export function needsPing(tls: Measurement): boolean {
  // A failed test has no certificate, so it does not matter which is expected.
  const expected = { listener: "chat", laneCertificate: undefined } as const;
  return tls.results.some(({ result }) => readTls(result, expected).kind === "Unclear");
}

function asnAt(measurement: Measurement | undefined, index: number): number | undefined {
  return measurement?.results[index]?.probe.asn;
}

function at<T>(
  measurement: Measurement | undefined,
  index: number,
  read: (result: Measurement["results"][number]["result"]) => T,
): T | undefined {
  const found = measurement?.results[index];
  return found === undefined ? undefined : read(found.result);
}

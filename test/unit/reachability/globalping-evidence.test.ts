import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  needsPing,
  type PortMeasurements,
  portEvidence,
} from "../../../src/reachability/sources/globalping-evidence.ts";
import type { Measurement } from "../../../src/reachability/sources/globalping-reading.ts";
import { instant } from "../../../src/values/time.ts";

const shared = {
  address: "203.0.113.9",
  at: instant(0),
  vantagePoint: "iran",
  country: "IR",
  role: "Probe",
  listener: "chat",
} as const;

type Result = Measurement["results"][number];
const measurement = (...results: Result[]): Measurement => ({ status: "finished", results });
const ping = (asn: number, rcv: number): Result => ({
  probe: { asn },
  result: { status: "finished", rawOutput: "", stats: { rcv } },
});
const http = (asn: number, rawOutput: string): Result => ({
  probe: { asn },
  result: { status: "failed", rawOutput, failureSource: "target" },
});
const handshake = "HTTP/2 is not supported by the server.";
const timeout = "Request timeout.";

describe("what Globalping's probes found on a port", () => {
  const seen = (given: Partial<PortMeasurements>) =>
    portEvidence(
      { control: undefined, tls: undefined, ping: undefined, laneCertificate: undefined, ...given },
      shared,
    ).map(({ place, outcome, reachesElse }) => {
      const how = outcome.kind === "Worked" ? outcome.upTo : `no ${outcome.at}`;
      return `${place} ${how} ${reachesElse}`;
    });

  const cases: Record<string, { given: Partial<PortMeasurements>; found: readonly string[] }> = {
    "is put together probe by probe": {
      given: {
        control: measurement(ping(1, 3), ping(2, 0), ping(1, 3)),
        tls: measurement(http(1, handshake), http(2, timeout), http(1, timeout)),
        ping: measurement(ping(1, 3), ping(2, 0), ping(1, 3)),
      },
      found: ["AS1 tls true", "AS2 no tcp false", "AS1 (2) no tls true"],
    },
    "does not count a control of another probe": {
      given: {
        control: measurement(ping(7, 3), ping(2, 3)),
        tls: measurement(http(1, handshake), http(2, handshake)),
      },
      found: ["AS1 tls undefined", "AS2 tls true"],
    },
    "counts without a control": {
      given: { tls: measurement(http(1, handshake)) },
      found: ["AS1 tls undefined"],
    },
    "is nothing where the second test has lost the probe": {
      given: { tls: measurement(http(1, timeout)), ping: measurement() },
      found: [],
    },
    "is nothing where nothing was measured": { given: {}, found: [] },
  };
  for (const [name, { given, found }] of Object.entries(cases))
    test(name, () => assert.deepEqual(seen(given), found));

  test("needs a ping only where one probe can't say at which step it failed", () => {
    assert.equal(needsPing(measurement(http(1, handshake), http(2, timeout))), true);
    assert.equal(needsPing(measurement(http(1, handshake), http(2, "read ECONNRESET"))), false);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Measurement,
  outcomeOf,
  type PingReading,
  placesOf,
  readPing,
  readTls,
  type TlsReading,
} from "../../../src/reachability/sources/globalping-reading.ts";

const laneCertificate = "ab".repeat(32);
const media = { listener: "media", laneCertificate } as const;
const chat = { listener: "chat", laneCertificate } as const;
const fingerprint = (byte: string) => Array(32).fill(byte).join(":");
const failed = (rawOutput: string, failureSource?: string) => ({
  status: "failed",
  rawOutput,
  ...(failureSource === undefined ? {} : { failureSource }),
});

describe("a test over TLS", () => {
  const nothing: TlsReading = { kind: "NoEvidence" };
  const handshake: TlsReading = { kind: "Worked", upTo: "tls" };
  const at = (step: "tcp" | "tls", kind: "Refused" | "TimedOut" | "Reset" | "NoAnswer") =>
    ({ kind: "Failed", at: step, failure: { kind } }) as const;
  const texts: Record<string, { text: string; source?: string; reads: TlsReading }> = {
    "that agrees on no HTTP/2 has shaken hands": {
      text: "HTTP/2 is not supported by the server.",
      source: "target",
      reads: handshake,
    },
    "that agrees on no HTTP/2 counts without the experimental field, too": {
      text: "HTTP/2 is not supported by the server.",
      reads: handshake,
    },
    "whose request is not liked has shaken hands": { text: "other side closed", reads: handshake },
    "that hangs up on a request has shaken hands": { text: "socket hang up", reads: handshake },
    "that is refused": {
      text: "connect ECONNREFUSED 203.0.113.9:443",
      source: "target",
      reads: at("tcp", "Refused"),
    },
    "whose connection times out": {
      text: "connect ETIMEDOUT 203.0.113.9:443",
      reads: at("tcp", "TimedOut"),
    },
    "that has no way there": {
      text: "connect EHOSTUNREACH 203.0.113.9:443",
      reads: at("tcp", "NoAnswer"),
    },
    "that is reset while it connects": {
      text: "connect ECONNRESET 203.0.113.9:443",
      reads: at("tcp", "Reset"),
    },
    "that is reset": { text: "read ECONNRESET", source: "target", reads: at("tls", "Reset") },
    "that is ended within the handshake": {
      text: "Client network socket disconnected before secure TLS connection was established",
      reads: at("tls", "Reset"),
    },
    "that is answered by no TLS": {
      text: "write EPROTO 8017:error:0A00010B:SSL routines::wrong version number",
      reads: at("tls", "NoAnswer"),
    },
    "that times out does not say at which step": {
      text: "Request timeout.",
      source: "target",
      reads: { kind: "Unclear", failure: { kind: "TimedOut" } },
    },
    "that fails in unknown words does not say at which step": {
      text: "Something new.",
      source: "target",
      reads: { kind: "Unclear", failure: { kind: "NoAnswer" } },
    },
    "that fails in unknown words, nobody knows through whom, says nothing": {
      text: "Something new.",
      reads: nothing,
    },
    "whose probe is broken says nothing, whatever its words": {
      text: "Request timeout.",
      source: "internal",
      reads: nothing,
    },
    "that resolves no name says nothing": {
      text: "connect ECONNREFUSED 127.0.0.53:53",
      source: "resolver",
      reads: nothing,
    },
    "of an address that probes don't test says nothing": {
      text: "Private IP ranges are not allowed.",
      source: "target",
      reads: nothing,
    },
  };
  for (const [name, { text, source, reads }] of Object.entries(texts))
    test(name, () => assert.deepEqual(readTls(failed(text, source), chat), reads));

  const finished = (tls: object | null) => ({ status: "finished", rawOutput: "", tls });
  const certificates: Record<string, { tls: object | null; reads: TlsReading }> = {
    "that a public authority vouches for came through to WhatsApp": {
      tls: { authorized: true, fingerprint256: fingerprint("01") },
      reads: { kind: "Worked", upTo: "upstream" },
    },
    "that shows the lane's certificate came to us": {
      tls: { authorized: false, fingerprint256: fingerprint("AB") },
      reads: { kind: "Worked", upTo: "certificate" },
    },
    "that shows any other certificate came to somebody else": {
      tls: { authorized: false, fingerprint256: fingerprint("01") },
      reads: { kind: "Failed", at: "certificate", failure: { kind: "WrongCertificate" } },
    },
    "whose TLS is missing says nothing": { tls: null, reads: nothing },
    "whose TLS has an unknown form says nothing": { tls: { authorized: "yes" }, reads: nothing },
  };
  for (const [name, { tls, reads }] of Object.entries(certificates))
    test(name, () => assert.deepEqual(readTls(finished(tls), media), reads));

  test("that anybody but our proxy answers on chat came to somebody else, valid or not", () => {
    const answer = finished({ authorized: true, fingerprint256: fingerprint("01") });
    assert.partialDeepStrictEqual(readTls(answer, chat), {
      at: "certificate",
      failure: { kind: "WrongCertificate" },
    });
  });

  test("takes no certificate for the lane's where the lane has none yet", () =>
    assert.partialDeepStrictEqual(
      readTls(finished({ authorized: false }), { listener: "chat", laneCertificate: undefined }),
      {
        kind: "Failed",
      },
    ));

  for (const status of ["offline", "in-progress", "unheard-of"])
    test(`that is ${status} says nothing`, () =>
      assert.deepEqual(readTls({ status, rawOutput: "Request timeout." }, chat), nothing));
});

describe("a TCP ping", () => {
  const cases: Record<string, { result: { status: string; stats?: object }; reads: PingReading }> =
    {
      "that one packet answered reached the port": {
        result: { status: "finished", stats: { rcv: 1 } },
        reads: "Answered",
      },
      "that nothing answered is finished all the same": {
        result: { status: "finished", stats: { rcv: 0 } },
        reads: "NoAnswer",
      },
      "that failed is the probe's own trouble": {
        result: { status: "failed" },
        reads: "NoEvidence",
      },
      "of a probe that went offline says nothing": {
        result: { status: "offline" },
        reads: "NoEvidence",
      },
      "without figures says nothing": { result: { status: "finished" }, reads: "NoEvidence" },
    };
  for (const [name, { result, reads }] of Object.entries(cases))
    test(name, () => assert.equal(readPing({ rawOutput: "", ...result }), reads));
});

describe("what a probe found on a port", () => {
  const timeOut: TlsReading = { kind: "Unclear", failure: { kind: "TimedOut" } };
  const cases: Record<
    string,
    { tls?: TlsReading; ping?: PingReading; found: ReturnType<typeof outcomeOf> }
  > = {
    "is what TLS says, whatever became of the ping": {
      tls: { kind: "Worked", upTo: "tls" },
      ping: "NoAnswer",
      found: { kind: "Worked", upTo: "tls" },
    },
    "is a time-out at TCP where the ping has no answer either": {
      tls: timeOut,
      ping: "NoAnswer",
      found: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } },
    },
    "is a time-out at TLS where the ping was answered": {
      tls: timeOut,
      ping: "Answered",
      found: { kind: "Failed", at: "tls", failure: { kind: "TimedOut" } },
    },
    "is nothing where nobody knows at which step it failed": { tls: timeOut, found: undefined },
    "is nothing where the ping failed, too": { tls: timeOut, ping: "NoEvidence", found: undefined },
    "is what the ping says on a port without TLS": {
      ping: "Answered",
      found: { kind: "Worked", upTo: "tcp" },
    },
    "is no answer on a dead port without TLS": {
      ping: "NoAnswer",
      found: { kind: "Failed", at: "tcp", failure: { kind: "NoAnswer" } },
    },
    "is no failure where only the probe failed": {
      tls: { kind: "NoEvidence" },
      ping: "Answered",
      found: { kind: "Worked", upTo: "tcp" },
    },
    "is nothing where nothing was tried": { found: undefined },
  };
  for (const [name, { tls, ping, found }] of Object.entries(cases))
    test(name, () => assert.deepEqual(outcomeOf(tls, ping), found));
});

test("each probe of a network has a name of its own", () => {
  const asns = [1, 2, 1, 1];
  const results: Measurement["results"] = asns.map((asn) => ({
    probe: { asn },
    result: { status: "finished", rawOutput: "" },
  }));
  const places = placesOf({ status: "finished", results });
  assert.deepEqual(places, ["AS1", "AS2", "AS1 (2)", "AS1 (3)"]);
});

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { getGlobalDispatcher, setGlobalDispatcher } from "undici";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { boundFetch } from "../../../src/reachability/sources/io/bounded-fetch.ts";
import {
  type GlobalpingOptions,
  globalpingSource,
} from "../../../src/reachability/sources/io/globalping.ts";
import type { Round, Target } from "../../../src/reachability/sources/source.ts";
import { hours, instant, millis, seconds } from "../../../src/values/time.ts";
import { FakeGlobalping } from "../../stand-ins/measurement/globalping/globalping.ts";
import type { FakeProbe, Meets } from "../../stand-ins/measurement/globalping/probe.ts";
import { connectTo, type Service } from "../../stand-ins/measurement/service.ts";

const ourAddress = "203.0.113.9";
const laneCertificate = "cc".repeat(32);
const ours: Target = {
  address: ourAddress,
  ports: [
    { listener: "chat", port: 443 },
    { listener: "media", port: 587 },
  ],
  certificateSHA256: laneCertificate,
  mediaServerName: "whatsapp.net",
};
const withPlainChat: Target = { ...ours, ports: [{ listener: "plainChat", port: 5222 }] };
const now = instant(Date.UTC(2026, 10, 23, 14));

function probe(asn: number, more: Partial<FakeProbe> = {}): FakeProbe {
  return { country: "IR", asn, city: "Tehran", tags: ["eyeball-network"], ...more };
}

describe("Globalping, asked by its official client", () => {
  let fake: FakeGlobalping;
  let service: Service;
  const direct = getGlobalDispatcher();

  beforeEach(async () => {
    fake = new FakeGlobalping();
    fake.probes = [probe(197_207), probe(44_244), probe(197_207)];
    service = await fake.start();
    boundFetch(connectTo(service));
  });
  afterEach(async () => {
    setGlobalDispatcher(direct);
    await service[Symbol.asyncDispose]();
  });

  const measure = async (
    options: Partial<GlobalpingOptions> = {},
    targets: readonly Target[] = [ours],
    signal = new AbortController().signal,
  ): Promise<Round> => {
    const source = globalpingSource({
      vantagePoint: "iran",
      country: "IR",
      limit: 3,
      role: "Probe",
      userAgent: "proxyfleet",
      now: () => now,
      pollEvery: millis(450),
      ...options,
    });
    return source.measure(targets, signal);
  };
  /** Ours meet this; the control is reached. */
  const meets = (chat: Meets, media: Meets = chat) => {
    fake.network = (_probe, target, port) => {
      if (target !== ourAddress) return "Open";
      return port === 587 ? media : chat;
    };
  };
  const thrice = (outcome: TestEvidence["outcome"]) => [outcome, outcome, outcome];
  const on = (round: Round, listener: TestEvidence["listener"]) =>
    round.evidence.filter((each) => each.listener === listener).map(({ outcome }) => outcome);

  test("shows an address that works: TLS on chat, and Meta's certificate behind media", async () => {
    const round = await measure();
    assert.deepEqual(round.answer, { kind: "worked" });
    const shared = { kind: "test", address: ourAddress, at: now, vantagePoint: "iran" } as const;
    const [first] = round.evidence.filter(({ listener }) => listener === "chat");
    assert.deepEqual(first, {
      ...shared,
      country: "IR",
      role: "Probe",
      listener: "chat",
      place: "AS197207",
      outcome: { kind: "Worked", upTo: "tls" },
      reachesElse: true,
    });
    assert.deepEqual(on(round, "media"), thrice({ kind: "Worked", upTo: "upstream" }));
    assert.deepEqual(
      round.evidence.slice(0, 3).map(({ place }) => place),
      ["AS197207", "AS44244", "AS197207 (2)"],
    );
    // A control and a test of each port, by three probes: no ping where TLS says it all.
    assert.equal(round.quota?.left, 250 - 9);
  });

  const failures: Record<string, { meets: Meets; outcome: TestEvidence["outcome"] }> = {
    "an address that is dropped fails at TCP": {
      meets: "Dropped",
      outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } },
    },
    "a refusal is seen, though a ping can't tell it": {
      meets: "Refused",
      outcome: { kind: "Failed", at: "tcp", failure: { kind: "Refused" } },
    },
    "silence after TCP fails at TLS": {
      meets: "Frozen",
      outcome: { kind: "Failed", at: "tls", failure: { kind: "TimedOut" } },
    },
    "a reset within the handshake fails at TLS": {
      meets: "ResetInTls",
      outcome: { kind: "Failed", at: "tls", failure: { kind: "Reset" } },
    },
    "a certificate of somebody else is seen": {
      meets: "Impostor",
      outcome: { kind: "Failed", at: "certificate", failure: { kind: "WrongCertificate" } },
    },
  };
  for (const [name, { meets: met, outcome }] of Object.entries(failures))
    test(name, async () => {
      meets(met);
      const round = await measure();
      assert.deepEqual(on(round, "chat"), thrice(outcome));
      assert.deepEqual(on(round, "media"), thrice(outcome));
      assert.ok(round.evidence.every(({ reachesElse }) => reachesElse === true));
    });

  test("a plain port that is dead is a finished ping that nobody answers", async () => {
    meets("Dropped");
    const round = await measure({}, [withPlainChat]);
    const failure = { kind: "Failed", at: "tcp", failure: { kind: "NoAnswer" } } as const;
    assert.deepEqual(on(round, "plainChat"), thrice(failure));
  });

  test("our own decoy's certificate on media is no block", async () => {
    fake.shown = {
      authorized: false,
      fingerprint256: Array(32).fill("CC").join(":"),
    };
    const round = await measure();
    assert.deepEqual(on(round, "media")[0], { kind: "Worked", upTo: "certificate" });
  });

  test("each probe says for itself whether it reaches anything else", async () => {
    fake.network = ({ asn }) => (asn === 44_244 ? "Dropped" : "Open");
    const round = await measure();
    const chat = round.evidence.filter(({ listener }) => listener === "chat");
    assert.deepEqual(
      chat.map(({ reachesElse }) => reachesElse),
      [true, false, true],
    );
  });

  test("an IPv6 address has probes and a control of its own family", async () => {
    await measure({}, [ours, { ...ours, address: "2001:db8::9" }]);
    const controls = fake.asked.filter(({ locations }) => typeof locations !== "string");
    assert.deepEqual(
      controls.map(({ target }) => target),
      ["1.1.1.1", "2606:4700:4700::1111"],
    );
  });

  test("only addresses of ours and the control are ever named, the control first", async () => {
    await measure({ asn: 44_244, controls: { 4: "9.9.9.9", 6: "2620:fe::fe" } });
    assert.partialDeepStrictEqual(fake.asked[0], {
      target: "9.9.9.9",
      locations: [{ country: "IR", asn: 44_244, tags: ["eyeball-network"] }],
    });
    assert.deepEqual([...new Set(fake.asked.slice(1).map(({ target }) => target))], [ourAddress]);
  });

  test("an address that the service refuses to test keeps no other from being tested", async () => {
    const round = await measure({}, [{ ...ours, address: "10.0.0.1" }, ours]);
    assert.deepEqual([...new Set(round.evidence.map(({ address }) => address))], [ourAddress]);
    assert.equal(round.answer.kind, "worked");
    assert.match(round.answer.message ?? "", /400 .*must not be a private hostname/);
  });

  test("an address that the service refuses to test is a failure where it is the only one", async () => {
    const { answer } = await measure({}, [{ ...ours, address: "10.0.0.1" }]);
    assert.equal(answer.kind, "failed");
  });

  test("probes that went offline, or are broken, say nothing", async () => {
    fake.network = ({ asn }, target) => {
      fake.probes[0]!.offline = true;
      return asn === 44_244 && target === ourAddress ? "Internal" : "Open";
    };
    const round = await measure();
    assert.deepEqual(
      round.evidence.filter(({ listener }) => listener === "chat").map(({ place }) => place),
      ["AS197207 (2)"],
    );
  });

  test("no probe in the country is no evidence, and no failure", async () => {
    const round = await measure({ country: "TM" });
    assert.deepEqual(round.evidence, []);
    assert.equal(round.answer.kind, "noProbes");
    assert.match(round.answer.message ?? "", /No matching IPv4 probes available/);
    assert.equal(round.quota?.left, 250);
  });

  describe("its quota", () => {
    test("allows no round that costs more than is left", async () => {
      fake.allow(14); // 3 for the control, and up to 12 for the address
      const round = await measure();
      assert.deepEqual(fake.asked, []);
      assert.match(
        round.answer.message ?? "",
        /quota is 14 tests, too few for one address: set a token/,
      );
      assert.equal(round.answer.kind === "failed" && round.answer.retryAfterMs, hours(1));
    });

    test("that suffices for some addresses only is used in turn", async () => {
      const targets = [1, 2, 3].map((last) => ({ ...ours, address: `203.0.113.${last}` }));
      const source = globalpingSource({
        vantagePoint: "iran",
        country: "IR",
        limit: 1,
        role: "Probe",
        userAgent: "proxyfleet",
        now: () => now,
        pollEvery: millis(450),
      });
      const tested: string[][] = [];
      while (tested.length < targets.length) {
        fake.allow(6); // one for the control, up to four for an address
        const { evidence, answer } = await source.measure(targets, new AbortController().signal);
        tested.push([...new Set(evidence.map(({ address }) => address))]);
        assert.match(answer.message ?? "", /too low for 2 of 3 addresses/);
      }
      assert.deepEqual(
        tested.flat(),
        targets.map(({ address }) => address),
      );
    });

    test("that others used up meanwhile ends the round until the hour is over", async () => {
      fake.network = () => {
        fake.allow(0);
        return "Dropped";
      };
      const round = await measure({}, [withPlainChat, ours]);
      assert.equal(round.answer.kind, "failed");
      assert.match(round.answer.message ?? "", /exceeds the remaining hourly rate limit/);
    });
  });

  describe("a token", () => {
    const token = "secret-token-of-ours";

    test("has a quota of its own", async () => {
      fake.tokens.add(token);
      assert.equal((await measure({ token })).quota?.left, 500 - 9);
    });

    test("that is refused is named a problem, and not repeated", async () => {
      const { answer } = await measure({ token });
      assert.equal(answer.kind, "failed");
      assert.match(answer.message ?? "", /refuses the token \("Unauthorized\."\): make one at/);
      assert.doesNotMatch(answer.message ?? "", /secret-token/);
    });

    test("stays out of the message where the service repeats it", async () => {
      fake.intercept = (request, response) => {
        const message = `Bad header: ${request.headers.authorization}`;
        response.writeHead(403, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: { type: "odd", message } }));
        return true;
      };
      const { answer } = await measure({ token });
      assert.match(answer.message ?? "", /answered 403 \("Bad header: Bearer \(token\)"\)/);
    });
  });

  test("a gateway's page instead of JSON is a failure in its own words", async () => {
    fake.intercept = (_request, response) => {
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>");
      return true;
    };
    const { answer } = await measure();
    assert.deepEqual(answer, {
      kind: "failed",
      message: "Globalping gave no usable answer: HTTP 502 Bad Gateway",
    });
  });

  test("polling that the service refuses is taken up again when it allows it", async () => {
    fake.polls = () => 8;
    const round = await measure({ pollEvery: millis(100) });
    assert.deepEqual(round.answer, { kind: "worked" });
    assert.equal(on(round, "chat").length, 3);
  });

  test("a service that is never done ends with the round's deadline, and keeps what was done", async () => {
    const never = { ...ours, address: "203.0.113.10" };
    fake.polls = ({ target }) => (target === never.address ? Infinity : 1);
    const round = await measure({ deadline: seconds(3), limit: 1 }, [ours, never]);
    assert.deepEqual(
      round.evidence.map(({ address, listener }) => `${address} ${listener}`).toSorted(),
      [`${ourAddress} chat`, `${ourAddress} media`],
    );
    assert.equal(round.answer.kind, "failed");
    assert.match(round.answer.message ?? "", /not done within 3s/);
  });

  test("a round ends at once where it is stopped, also in the middle of a call", async () => {
    const stop = new AbortController();
    fake.intercept = () => {
      stop.abort();
      return true;
    };
    const { answer } = await measure({}, [ours], stop.signal);
    assert.match(answer.message ?? "", /ended before it was over/);
  });

  test("an answer beyond all measure is cut off", async () => {
    boundFetch(connectTo(service), 1_000);
    fake.intercept = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ rateLimit: "x".repeat(5_000) }));
      return true;
    };
    const { answer } = await measure();
    assert.match(answer.message ?? "", /usable answer.*max size/i);
  });
});

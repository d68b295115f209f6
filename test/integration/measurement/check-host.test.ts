import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { HourlyBudget } from "../../../src/reachability/sources/hourly-budget.ts";
import { boundFetch } from "../../../src/reachability/sources/io/bounded-fetch.ts";
import {
  checkHostBudget,
  type CheckHostOptions,
  checkHostSource,
} from "../../../src/reachability/sources/io/check-host.ts";
import type { Round, Source, Target } from "../../../src/reachability/sources/source.ts";
import { hours, type Instant, instant, millis, plus, seconds } from "../../../src/values/time.ts";
import { FakeCheckHost } from "../../stand-ins/measurement/check-host.ts";
import { connectTo, type Service, startService } from "../../stand-ins/measurement/service.ts";

const ours: Target = {
  address: "203.0.113.9",
  ports: [{ listener: "chat", port: 443 }],
  certificateSHA256: undefined,
  mediaServerName: "whatsapp.net",
};
const start = instant(Date.UTC(2026, 10, 23, 14));
const node = (country: string, asn = "AS47430") =>
  ({ asn, location: [country, "Country", "City"] }) as const;
const full = (name: string) => `${name}.node.check-host.net`;

describe("check-host.net", () => {
  let fake: FakeCheckHost;
  let service: Service;
  let now: Instant;
  const direct = getGlobalDispatcher();

  beforeEach(async () => {
    now = start;
    fake = new FakeCheckHost();
    fake.nodes = {
      [full("ir1")]: node("ir"),
      [full("ir2")]: node("ir", "AS209279"),
      [full("ir3")]: node("ir"),
      [full("de1")]: node("de"),
    };
    service = await fake.start();
    boundFetch(connectTo(service));
  });
  afterEach(async () => {
    setGlobalDispatcher(direct);
    await service[Symbol.asyncDispose]();
  });

  const source = (options: Partial<CheckHostOptions> = {}): Source =>
    checkHostSource({
      vantagePoint: "iran",
      country: "IR",
      role: "Probe",
      limit: 3,
      userAgent: "proxyfleet",
      now: () => now,
      budget: checkHostBudget(),
      pollEvery: millis(5),
      ...options,
    });
  const measure = async (
    targets: readonly Target[] = [ours],
    asked = source(),
    signal = new AbortController().signal,
  ): Promise<Round> => asked.measure(targets, signal);
  const seen = ({ evidence }: Round) =>
    evidence.map(({ place, outcome, reachesElse }) => {
      const how = outcome.kind === "Worked" ? outcome.upTo : outcome.failure.kind;
      return `${place} ${how} ${reachesElse}`;
    });

  test("shows by node whether an address works, and whether anything else does", async () => {
    fake.network = (node, host) =>
      host.startsWith(ours.address) && node === full("ir1") ? "Dropped" : "Open";
    const round = await measure();
    assert.deepEqual(round.answer, { kind: "worked" });
    assert.deepEqual(round.evidence[0], {
      kind: "test",
      address: ours.address,
      listener: "chat",
      at: start,
      vantagePoint: "iran",
      place: "ir1",
      country: "IR",
      role: "Probe",
      outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } },
      reachesElse: true,
    });
    assert.deepEqual(seen(round).slice(1), ["ir2 tcp true", "ir3 tcp true"]);
    // The control, and a port.
    assert.deepEqual(round.quota, { left: 58, renewedInMs: hours(1) });
  });

  test("leaves out a node that reaches nothing, while others do", async () => {
    fake.network = (node, host) => {
      if (node === full("ir3")) return "Dropped";
      return host.startsWith(ours.address) ? "Refused" : "Open";
    };
    assert.deepEqual(seen(await measure()), ["ir1 Refused true", "ir2 Refused true"]);
  });

  test("keeps what they find where no node reaches anything: that is an outage", async () => {
    fake.network = () => "Dropped";
    assert.deepEqual(seen(await measure()), [
      "ir1 TimedOut false",
      "ir2 TimedOut false",
      "ir3 TimedOut false",
    ]);
  });

  test("gives up on a node that never answers: it says nothing", async () => {
    fake.network = (node) => (node === full("ir2") ? "Nothing" : "Open");
    const round = await measure([ours], source({ slowestNode: millis(50) }));
    assert.deepEqual(seen(round), ["ir1 tcp true", "ir3 tcp true"]);
  });

  test("asks nodes of one network only where that is wanted", async () => {
    await measure([ours], source({ asn: 209_279 }));
    assert.ok(fake.asked.every(({ nodes }) => nodes.join() === full("ir2")));
  });

  test("asks other nodes each time where there are more than it uses", async () => {
    const asked = source({ limit: 2 });
    for (let round = 0; round < 3; round += 1) await measure([ours], asked);
    const [first, , third, , fifth] = fake.asked.map(({ nodes }) => nodes);
    assert.deepEqual(
      [first, third, fifth],
      [
        [full("ir1"), full("ir2")],
        [full("ir3"), full("ir1")],
        [full("ir2"), full("ir3")],
      ],
    );
  });

  test("puts an IPv6 address into brackets", async () => {
    const round = await measure([{ ...ours, address: "2001:db8::9" }]);
    assert.equal(fake.asked[1]?.host, "[2001:db8::9]:443");
    assert.equal(round.evidence.length, 3);
  });

  test("a country without nodes is no evidence, and no failure", async () => {
    const round = await measure([ours], source({ country: "TM" }));
    assert.deepEqual(round.answer, {
      kind: "noProbes",
      message: "check-host.net has no node in TM now",
    });
  });

  test("reads the list of nodes once a day", async () => {
    const asked = source();
    await measure([ours], asked);
    await measure([ours], asked);
    assert.equal(fake.listed, 1);
    now = plus(now, hours(24));
    await measure([ours], asked);
    assert.equal(fake.listed, 2);
  });

  test("is asked for no more than an hour allows, by all sources together", async () => {
    const budget = new HourlyBudget(2);
    await measure([ours], source({ budget }));
    now = plus(now, seconds(600));
    const { answer } = await measure([ours], source({ budget, country: "DE" }));
    assert.deepEqual(answer, {
      kind: "failed",
      message:
        "check-host.net is asked for no more checks this hour; the next one is in 50m: set a longer interval",
      retryAfterMs: seconds(3_000),
    });
    assert.equal(fake.asked.length, 2);
  });

  test("says that it allows no more checks, in whatever form", async () => {
    for (let check = 0; check < 60; check += 1) fake.asked.push({ host: "", nodes: [] });
    const { answer } = await measure();
    assert.deepEqual(answer, {
      kind: "failed",
      message: "check-host.net allows no more checks for now",
    });
  });

  test("a page instead of JSON is a failure", async () => {
    await using page = await startService("check-host.net", (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<title>Check host</title>");
    });
    boundFetch(connectTo(page));
    const { answer } = await measure();
    assert.match(answer.message ?? "", /answered with a page where JSON was asked for/);
  });

  test("an answer that never ends is cut off", async () => {
    await using endless = await startService("check-host.net", (_request, response) => {
      response.writeHead(200);
      const more = (error?: Error | null) => {
        if (error === undefined || error === null) response.write("x".repeat(65_536), more);
      };
      more();
    });
    boundFetch(connectTo(endless));
    const { answer } = await measure();
    assert.match(answer.message ?? "", /no usable answer: it is longer than 1048576 bytes/);
  });

  test("a round ends at once where it is stopped", async () => {
    const stop = new AbortController();
    fake.network = () => {
      stop.abort();
      return "Open";
    };
    const { answer } = await measure([ours], source(), stop.signal);
    assert.match(answer.message ?? "", /ended before it was over/);
  });
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { ownCertificate } from "../../../src/ingestion/io/own-certificate.ts";
import type { Work } from "../../../src/ingestion/vantage-points.ts";
import { type AgentOptions, runAgent } from "../../../src/probe/io/agent.ts";
import { MemoryFile } from "../../../src/probe/io/memory-file.ts";
import { stepLimits } from "../../../src/probe/io/test-port.ts";
import type { ProbeLine } from "../../../src/probe/line.ts";
import type { Target } from "../../../src/reachability/sources/source.ts";
import { hours, instant, minutes, plus, seconds } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import {
  type Endpoint,
  lineText,
  lineTo,
  noon,
  noWork,
  startEndpoint,
  tehran,
  token,
} from "./endpoint.ts";
import { closedPort, type Running, tlsServer } from "./servers.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");
/** A clock that was never set, when the operator's says noon. */
const ownNoon = instant(20_000);

let folder = "";
let address: Running & { readonly certificate: { readonly sha256: string } };
let visits = 0;
let runs = 0;
const started: Endpoint[] = [];

before(async () => {
  address = await tlsServer(() => (visits += 1));
});
after(() => address.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "proxyfleet-agent-"));
  visits = 0;
});
afterEach(async () => {
  for (const endpoint of started.splice(0)) await endpoint.close();
  rmSync(folder, { recursive: true });
});

async function start(given: Parameters<typeof startEndpoint>[0] = {}): Promise<Endpoint> {
  const endpoint = await startEndpoint(given);
  started.push(endpoint);
  return endpoint;
}

function working(): Target {
  return {
    address: "127.0.0.1",
    ports: [{ listener: "chat", port: address.port }],
    certificateSHA256: address.certificate.sha256,
    mediaServerName: "whatsapp.net",
  };
}

const work = (given: Partial<Work> = {}) => ({
  targetsFor: () => ({ ...noWork, targets: [working()], ...given }),
});

/** One start of an agent on the same disk. */
async function run(line: ProbeLine, given: Partial<AgentOptions> = {}) {
  const said: string[] = [];
  const waits: number[] = [];
  runs += 1;
  const ended = await runAgent(line, {
    file: new MemoryFile(join(folder, "memory"), line.token),
    run: runs.toString(16).padStart(16, "0"),
    now: () => ownNoon,
    random: () => 0.5,
    sleep: async (ms) => void waits.push(ms),
    say: (message) => said.push(message),
    limits: stepLimits,
    stop: new AbortController().signal,
    privateTargets: true,
    once: true,
    ...given,
  });
  return { ended, said, waits };
}

describe("an agent and its operator", () => {
  test("what works is evidence a moment later", async () => {
    const endpoint = await start(work());
    const { said } = await run(lineTo(endpoint));
    assert.deepEqual(endpoint.evidence, [
      {
        kind: "test",
        vantagePoint: "tehran",
        country: "IR",
        role: "Probe",
        address: "127.0.0.1",
        listener: "chat",
        at: noon,
        reachesElse: undefined,
        outcome: { kind: "Worked", upTo: "certificate" },
      },
    ]);
    assert.deepEqual(said, ["1 addresses to test"]);
  });

  test("a failure comes with whether anything else abroad was reached, before the round ends", async () => {
    const [first, second] = [await closedPort(), await closedPort()];
    const targets = ["127.0.0.2", "127.0.0.3"].map((address, index) => ({
      ...working(),
      address,
      ports: [{ listener: "chat" as const, port: [first, second][index] ?? 0 }],
    }));
    const elsewhere = [{ host: "127.0.0.1", port: await closedPort() }];
    const endpoint = await start(work({ targets, elsewhere }));
    const seenAtPause: number[] = [];
    await run(lineTo(endpoint), {
      sleep: async () => void seenAtPause.push(endpoint.evidence.length),
    });
    assert.deepEqual(seenAtPause, [1], "the first failure was there when the second test began");
    for (const { outcome, reachesElse } of endpoint.evidence) {
      assert.deepEqual(outcome, { kind: "Failed", at: "tcp", failure: { kind: "Refused" } });
      assert.equal(reachesElse, false);
    }
  });

  test("it rests between rounds as it was asked, varied", async () => {
    const endpoint = await start(work({ everyMs: minutes(3) }));
    const stop = new AbortController();
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
      if (waits.length === 3) stop.abort();
    };
    const { ended } = await run(lineTo(endpoint), {
      sleep,
      stop: stop.signal,
      once: false,
      random: () => 0,
    });
    assert.equal(ended, "Stopped");
    assert.deepEqual(waits, [minutes(2.25), minutes(2.25), minutes(2.25)]);
    assert.equal(endpoint.evidence.length, 3);
  });

  test("an address that is not public is not tested, whoever asks", async () => {
    const endpoint = await start(work());
    await run(lineTo(endpoint), { privateTargets: false });
    assert.equal(visits, 0);
    assert.deepEqual(endpoint.evidence, []);
  });
});

describe("offline", () => {
  test("results wait, survive restarts, and come later with the right time though the clock is off", async () => {
    const endpoint = await start(work());
    const line = lineTo(endpoint);
    await run(line);
    await endpoint.close();
    const offline = await run(line, { now: () => plus(ownNoon, minutes(10)) });
    assert.deepEqual(offline.said, ["the operator can't be reached: results are kept"]);
    await run(line, { now: () => plus(ownNoon, minutes(20)) });
    await waitFor("it goes on testing what it was asked to", () => visits === 3);

    const back = await start({
      ...work({ targets: [working()] }),
      port: endpoint.port,
      certificate: endpoint.certificate,
      now: () => plus(noon, hours(1)),
    });
    await run(line, { now: () => plus(ownNoon, hours(1)) });
    assert.deepEqual(
      back.evidence.map(({ at }) => at - noon),
      [minutes(10), minutes(20), hours(1)],
    );
    await run(line, { now: () => plus(ownNoon, hours(1)) });
    assert.equal(back.evidence.length, 4, "nothing is sent twice");
  });

  test("an address that fails is not tested again before the operator asks for it again", async () => {
    const { address: host, ...rest } = working();
    const port = await closedPort();
    const blocked = { ...rest, address: "127.0.0.2", ports: [{ listener: "chat" as const, port }] };
    const endpoint = await start(work({ targets: [blocked, { ...rest, address: host }] }));
    const line = lineTo(endpoint);
    await run(line);
    await endpoint.close();
    await run(line);
    await run(line);
    const back = await start({ ...work(), port: endpoint.port, certificate: endpoint.certificate });
    const file = new MemoryFile(join(folder, "memory"), token);
    const findings = (await file.read())?.findings ?? [];
    assert.deepEqual(findings.map(({ outcome }) => outcome.kind).sort(), [
      "Failed",
      "Worked",
      "Worked",
    ]);
    await run(line);
    assert.equal(back.evidence.length, 3, "the one that is no longer assigned is passed over");
  });

  test("rounds become rarer, and the operator is asked first in each", async () => {
    const line = lineTo(await start());
    const nobody = { ...line, endpoints: [{ host: "127.0.0.1", port: await closedPort() }] };
    const stop = new AbortController();
    const waits: number[] = [];
    const sleep = async (ms: number) => {
      waits.push(ms);
      if (waits.length === 6) stop.abort();
    };
    await run(nobody, { sleep, stop: stop.signal, once: false });
    assert.deepEqual(
      waits.map((ms) => ms / 60_000),
      [1, 2, 2, 2, 2, 2],
    );
  });

  test("killed at any moment it loses no more than one round", async () => {
    const realNow = () => instant(Date.now());
    const endpoint = await start({ ...work({ everyMs: seconds(1) }), now: realNow });
    const state = join(folder, "memory");
    const child = agentProcess(endpoint, state);
    await waitFor("the first result", () => endpoint.evidence.length > 0);
    await endpoint.close();
    await waitFor("a kept result", async () => {
      const kept = await new MemoryFile(state, token).read();
      return kept !== undefined && kept.findings.length > 0;
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    const back = await start({
      ...work(),
      port: endpoint.port,
      certificate: endpoint.certificate,
      now: realNow,
    });
    await run(lineTo(back), { now: realNow });
    assert.ok(back.evidence.length >= 2);
  });
});

/** The real program, with the line in its environment, asked to test once a second. */
function agentProcess(endpoint: Endpoint, state: string) {
  const args = [main, "probe", "--private-targets", "--state", state];
  return spawn(process.execPath, args, {
    env: { ...process.env, PROXYFLEET_PROBE: lineText(endpoint) },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

describe("the way to the operator", () => {
  test("a fall-back address is used where the first does not answer", async () => {
    const endpoint = await start(work());
    await run(lineTo(endpoint, await closedPort()));
    assert.equal(endpoint.evidence.length, 1);
  });

  test("one that takes connections and says nothing is left for the next", async () => {
    const endpoint = await start(work());
    const silent = createServer((socket) => socket.end());
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    await run(lineTo(endpoint, (silent.address() as AddressInfo).port));
    silent.close();
    assert.equal(endpoint.evidence.length, 1);
  });

  test("an address that the operator named later is used when those in the line are gone", async () => {
    const second = await start(work());
    const first = await start({
      ...work({ endpoints: [{ host: "127.0.0.1", port: second.port }] }),
      certificate: second.certificate,
    });
    await run(lineTo(first));
    await first.close();
    await run(lineTo(first));
    assert.equal(second.evidence.length, 1);
  });

  test("whoever else answers is not given the token", async () => {
    const endpoint = await start(work());
    let heard = "";
    const stranger = await tlsServer((socket) =>
      socket.on("data", (chunk: Buffer) => (heard += chunk.toString("latin1"))),
    );
    const line = { ...lineTo(endpoint), endpoints: [{ host: "127.0.0.1", port: stranger.port }] };
    const { said } = await run(line);
    assert.equal(heard, "");
    assert.deepEqual(said, [
      "someone else answers in the operator's place: nothing is sent, results are kept",
    ]);
    stranger.close();
  });

  test("the operator is asked by the name or address of the line, with the token", async () => {
    let heard = "";
    const certificate = await ownCertificate(noon, Math.random);
    const own = { certificate: certificate.cert, key: certificate.key, sha256: "" };
    const server = await tlsServer((socket) => {
      socket.on("data", (chunk: Buffer) => {
        heard += chunk.toString("latin1");
        socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
      });
    }, own);
    await run(lineTo({ port: server.port, certificate }));
    server.close();
    assert.match(heard, /^GET \/ HTTP\/1\.1\r\n/);
    assert.match(heard, new RegExp(`^host: 127\\.0\\.0\\.1:${String(server.port)}\r$`, "im"));
    assert.match(heard, new RegExp(`^authorization: Bearer ${token}\r$`, "im"));
    assert.doesNotMatch(heard, /user-agent|proxyfleet/i);
  });

  test("a self-made certificate is nothing to a line that wants a public one", async () => {
    const endpoint = await start(work());
    await run({ ...lineTo(endpoint), trust: { kind: "PublicAuthorities" } });
    assert.deepEqual(endpoint.evidence, []);
  });

  test("a replica that can't pass results on is left for one that can", async () => {
    const leader = await start(work());
    const other = await start({
      ...work(),
      certificate: leader.certificate,
      received: async () => Promise.reject(new Error("there is no leader")),
    });
    await run(lineTo(leader, other.port));
    assert.equal(leader.evidence.length, 1);
  });
});

describe("a line that is revoked", () => {
  test("is tested for no more, asked about a few times, and given up", async () => {
    const known = [tehran];
    const endpoint = await start({ ...work(), vantagePoints: () => known });
    await run(lineTo(endpoint));
    await waitFor("the test is seen", () => visits === 1);
    known.pop();
    const { ended, said, waits } = await run(lineTo(endpoint), { once: false });
    assert.equal(ended, "Revoked");
    assert.equal(visits, 1, "only before it was revoked");
    assert.deepEqual(said, [
      "the operator does not know this line: nothing is tested",
      "this line was revoked: ask for another one if you need it",
    ]);
    assert.deepEqual(
      waits.map((ms) => ms / 60_000),
      [1, 2, 4, 8, 16],
    );
    assert.ok(!existsSync(join(folder, "memory")), "nothing is left on the disk");
  });

  test("goes on where the operator knows it again, and without what it had kept", async () => {
    const known = [tehran];
    const endpoint = await start({ ...work(), vantagePoints: () => known });
    await run(lineTo(endpoint));
    endpoint.evidence.splice(0);
    const nobody = {
      ...lineTo(endpoint),
      endpoints: [{ host: "127.0.0.1", port: await closedPort() }],
    };
    await run(nobody);
    known.pop();
    const stop = new AbortController();
    let waits = 0;
    const sleep = async () => {
      waits += 1;
      if (waits === 3) known.push(tehran);
      if (waits === 4) stop.abort();
    };
    const { ended } = await run(lineTo(endpoint), { sleep, stop: stop.signal, once: false });
    assert.equal(ended, "Stopped");
    assert.equal(endpoint.evidence.length, 1);
  });
});

describe("what is kept on the disk", () => {
  test("can't be read without the line, nor by others", async () => {
    const endpoint = await start(work());
    await run(lineTo(endpoint));
    const path = join(folder, "memory");
    assert.doesNotMatch(readFileSync(path, "latin1"), /127\.0\.0\.1|whatsapp|chat/);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(await new MemoryFile(path, "another token").read(), undefined);
    assert.ok(await new MemoryFile(path, token).read());
  });

  test("is begun again where it is broken", async () => {
    const endpoint = await start(work());
    writeFileSync(join(folder, "memory"), "broken");
    await run(lineTo(endpoint));
    assert.equal(endpoint.evidence.length, 1);
  });

  test("is not written again while nothing changes", async () => {
    let time = noon;
    const endpoint = await start({ ...work(), now: () => time });
    await run(lineTo(endpoint));
    const before = statSync(join(folder, "memory")).mtimeMs;
    time = plus(noon, seconds(30));
    await run(lineTo(endpoint), { now: () => plus(ownNoon, seconds(30)) });
    const after = statSync(join(folder, "memory")).mtimeMs;
    assert.equal(after, before);
  });
});

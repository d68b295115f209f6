import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer as createWebServer } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { getGlobalDispatcher, request, setGlobalDispatcher } from "undici";
import { boundFetch } from "../../../src/reachability/sources/io/bounded-fetch.ts";
import {
  type CheckerOptions,
  checkerSource,
} from "../../../src/reachability/sources/io/checker.ts";
import type { Round, Target } from "../../../src/reachability/sources/source.ts";
import { instant, seconds } from "../../../src/values/time.ts";
import { connectTo, sendJson, startService } from "../../stand-ins/measurement/service.ts";
import { makeCertificate, type OwnCertificate } from "../../stand-ins/whatsapp/certificate.ts";

const token = "correct-horse-battery";
const now = instant(Date.UTC(2026, 10, 23, 14));
const direct = getGlobalDispatcher();
const name = "checker.example";

async function measure(
  targets: readonly Target[],
  options: Partial<CheckerOptions> = {},
  signal = new AbortController().signal,
): Promise<Round> {
  const source = checkerSource({
    url: `https://${name}/check`,
    token,
    userAgent: "proxyfleet",
    now: () => now,
    vantagePoint: "home",
    country: "IR",
    role: "Probe",
    ...options,
  });
  return source.measure(targets, signal);
}

/** Answers each request for a web page with half a kilobyte, as WhatsApp's media servers do. */
function webServer({ certificate: cert, key }: OwnCertificate): Server {
  return createWebServer({ cert, key }, (_, response) => response.end("m".repeat(500)));
}

describe("the reference checker, as anyone would start it", () => {
  const folder = mkdtempSync(join(tmpdir(), "checker-"));
  const servers: Server[] = [];
  let checker: ChildProcess;
  let lane: OwnCertificate;
  let ports: { chat: number; media: number; plain: number; hangsUp: number; closed: number };
  let port: number;

  const listen = async (server: Server): Promise<number> => {
    servers.push(server.listen(0, "127.0.0.1"));
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const target = (ports: Target["ports"], certificateSHA256 = lane.sha256): Target => ({
    address: "127.0.0.1",
    ports,
    certificateSHA256,
    mediaServerName: "whatsapp.net",
  });
  const control = () => ({ host: "127.0.0.1", port: ports.plain });

  before(async () => {
    lane = await makeCertificate(new Date(), ["lane.example"]);
    const [meta, own] = [
      await makeCertificate(new Date()),
      await makeCertificate(new Date(), [name]),
    ];
    const closing = createServer();
    ports = {
      chat: await listen(createTlsServer({ cert: lane.certificate, key: lane.key })),
      media: await listen(webServer(meta)),
      plain: await listen(createServer()),
      hangsUp: await listen(createServer((socket) => socket.destroy())),
      closed: await listen(closing),
    };
    closing.close();
    const files = {
      "cert.pem": own.certificate,
      "key.pem": own.key,
      token,
      "meta.pem": meta.certificate,
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    const program = join(import.meta.dirname, "../../../examples/checker/checker.ts");
    checker = spawn(process.execPath, [program, "--port", "0", "--place", "Tehran DSL"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "meta.pem") },
    });
    const [line] = (await once(checker.stdout!, "data")) as [Buffer];
    port = Number(/port (\d+)/.exec(line.toString())?.[1]);
    boundFetch(
      connectTo({ name, port, ca: own.certificate, [Symbol.asyncDispose]: async () => {} }),
    );
  });
  after(() => {
    checker.kill();
    servers.forEach((server) => server.close());
    setGlobalDispatcher(direct);
    rmSync(folder, { recursive: true });
  });

  test("shows what works, up to which step", async () => {
    const round = await measure(
      [
        target([
          { listener: "chat", port: ports.chat },
          { listener: "media", port: ports.media },
          { listener: "plainChat", port: ports.plain },
        ]),
      ],
      { control: control() },
    );
    assert.deepEqual(round.answer, { kind: "worked" });
    assert.deepEqual(round.evidence[0], {
      kind: "test",
      at: now,
      vantagePoint: "home",
      country: "IR",
      role: "Probe",
      address: "127.0.0.1",
      listener: "chat",
      outcome: { kind: "Worked", upTo: "certificate" },
      reachesElse: true,
      place: "Tehran DSL",
    });
    assert.deepEqual(
      round.evidence.slice(1).map(({ outcome }) => outcome),
      [
        { kind: "Worked", upTo: "transfer" },
        { kind: "Worked", upTo: "tcp" },
      ],
    );
  });

  const failures: Record<
    string,
    { chat: () => number; at: "tcp" | "tls" | "certificate"; kind: string; shown?: string }
  > = {
    "a port where nobody listens": { chat: () => ports.closed, at: "tcp", kind: "Refused" },
    "a port that hangs up": { chat: () => ports.hangsUp, at: "tls", kind: "Reset" },
    "somebody else's certificate": {
      chat: () => ports.media,
      at: "certificate",
      kind: "WrongCertificate",
    },
  };
  for (const [what, { chat, at, kind }] of Object.entries(failures))
    test(`says at which step it ended: ${what}`, async () => {
      const round = await measure([target([{ listener: "chat", port: chat() }])], {
        control: { host: "127.0.0.1", port: ports.closed },
      });
      assert.partialDeepStrictEqual(round.evidence, [
        { outcome: { kind: "Failed", at, failure: { kind } }, reachesElse: false },
      ]);
    });

  test("is asked in several requests where there is much to test", async () => {
    const targets = Array.from({ length: 70 }, (_, index) => ({
      ...target([{ listener: "plainChat" as const, port: ports.plain }]),
      address: `127.0.1.${index + 1}`,
    }));
    const round = await measure(targets, { control: control() });
    assert.equal(round.evidence.length, 70);
  });

  test("shows nothing of what it is to anyone who has no token", async () => {
    const strangers = [
      { method: "GET" },
      { method: "POST", body: "{}" },
      { method: "POST", body: "{}", headers: { authorization: "Bearer wrong" } },
      { method: "POST", body: "{", headers: { authorization: `Bearer ${token}` } },
      { method: "POST", body: "x".repeat(70_000), headers: { authorization: `Bearer ${token}` } },
    ] as const;
    for (const options of strangers) {
      const { statusCode, body } = await request(`https://${name}/check`, options);
      assert.deepEqual([statusCode, await body.text()], [404, ""]);
    }
    const { answer } = await measure([], { token: "wrong" });
    assert.deepEqual(answer, {
      kind: "failed",
      message: "the checker answered 404: compare its url and its token",
    });
  });
});

describe("a checker that", () => {
  const ours: Target = {
    address: "203.0.113.9",
    ports: [{ listener: "chat", port: 443 }],
    certificateSHA256: undefined,
    mediaServerName: "whatsapp.net",
  };
  afterEach(() => setGlobalDispatcher(direct));

  /** What becomes of a round with a checker that answers like this. */
  const answered = async (listener: RequestListener, options: Partial<CheckerOptions> = {}) => {
    await using service = await startService(name, listener);
    boundFetch(connectTo(service));
    const { evidence, answer } = await measure([ours], options);
    assert.deepEqual(evidence, []);
    return answer.message ?? "";
  };
  const worked = { kind: "Worked", upTo: "tcp" };
  const one = { address: ours.address, listener: "chat", outcome: worked };

  const faults: Record<string, { body: unknown; says: RegExp }> = {
    "speaks of an address that was not asked for": {
      body: { version: 1, results: [one, { ...one, address: "203.0.113.10" }] },
      says: /not asked for \(203\.0\.113\.10 chat\)/,
    },
    "counts one place twice": {
      body: { version: 1, results: [one, one] },
      says: /two results for 203\.0\.113\.9 chat/,
    },
    "names a place by an address": {
      body: { version: 1, results: [{ ...one, place: "192.0.2.7" }] },
      says: /results\.0\.place: is an address/,
    },
    "makes up a step": {
      body: { version: 1, results: [{ ...one, outcome: { kind: "Worked", upTo: "all" } }] },
      says: /results\.0\.outcome\.upTo/,
    },
    "speaks another version": { body: { version: 2, results: [] }, says: /version/ },
    "answers with something else": { body: "<html>", says: /none by docs\/checker\.md/ },
  };
  for (const [what, { body, says }] of Object.entries(faults))
    test(`${what} is not believed at all`, async () =>
      assert.match(await answered((_request, response) => sendJson(response, 200, body)), says));

  test("repeats the token makes no message with it", async () => {
    const message = await answered((request, response) => {
      const version = 1;
      const results = [{ ...one, address: request.headers.authorization }];
      sendJson(response, 200, { version, results });
    });
    assert.match(message, /\(Bearer \(token\) chat\)/);
  });

  test("sends the operator elsewhere is not followed: the token is for one host", async () => {
    let followed = false;
    const message = await answered((request, response) => {
      followed ||= request.url === "/elsewhere";
      response.writeHead(307, { location: `https://${name}/elsewhere` }).end();
    });
    assert.deepEqual([message, followed], ["the checker answered 307", false]);
  });

  test("never answers ends with the round's deadline", async () =>
    assert.match(
      await answered(() => undefined, { deadline: seconds(0.2) }),
      /not done within 0s/,
    ));

  test("is asked in plain text is not asked at all", async () =>
    assert.match(
      await answered(() => assert.fail("asked"), { url: `http://${name}/check` }),
      /must begin with https:/,
    ));

  test("has more to do than it can says when to come again", async () => {
    await using service = await startService(name, (_request, response) => {
      response.writeHead(503, { "retry-after": "90" }).end();
    });
    boundFetch(connectTo(service));
    assert.deepEqual((await measure([ours])).answer, {
      kind: "failed",
      message: "the checker answered 503",
      retryAfterMs: seconds(90),
    });
  });

  test("is given no more than it needs", async () => {
    let asked = "";
    await answered((request, response) => {
      request.on("data", (chunk: Buffer) => (asked += chunk.toString()));
      request.on("end", () => sendJson(response, 200, { version: 1, results: [] }));
    });
    assert.deepEqual(JSON.parse(asked), {
      version: 1,
      tests: [{ address: ours.address, listener: "chat", port: 443 }],
      control: { host: "1.1.1.1", port: 443 },
    });
  });
});

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import type { TLSSocket } from "node:tls";
import {
  openTcp,
  openTls,
  StepError,
  stepError,
  UntriedError,
} from "../../../src/probe/io/connect.ts";
import { reachesElsewhere } from "../../../src/probe/io/elsewhere.ts";
import {
  type StepLimits,
  stepLimits,
  type TestedPort,
  type TestOptions,
  testPort,
} from "../../../src/probe/io/test-port.ts";
import { transfer, transferBytes } from "../../../src/probe/io/transfer.ts";
import type { TestOutcome } from "../../../src/reachability/evidence.ts";
import { millis } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { startLoopbackProxy } from "../../stand-ins/loopback-proxy.ts";
import { makeCertificate, type OwnCertificate } from "../../stand-ins/whatsapp/certificate.ts";
import { startWhatsApp } from "../../stand-ins/whatsapp/start.ts";
import { censored, closedPort, resetting, type Running, tcpServer, tlsServer } from "./servers.ts";

const never = new AbortController().signal;
const none = Buffer.alloc(0);
/** What is waited for in vain is waited for this long. */
const short = millis(300);

/** Everything else than what a test waits for in vain has time enough for a busy machine. */
function limits(given: Partial<StepLimits> = {}): StepLimits {
  return { ...stepLimits, ...given };
}

function options(given: Partial<TestOptions> = {}): TestOptions {
  return { limits: limits(), stop: never, moves: true, ...given };
}

function tested(given: Pick<TestedPort, "listener" | "port"> & Partial<TestedPort>): TestedPort {
  return {
    address: "127.0.0.1",
    mediaServerName: "whatsapp.net",
    certificateSHA256: undefined,
    ...given,
  };
}

/** Answers each request as a small web server does, with so many bytes. */
function web(bytes: number): (socket: TLSSocket) => void {
  const body = "b".repeat(bytes);
  return (socket) =>
    socket.on("data", (chunk: Buffer) => {
      const requests = chunk.toString("latin1").split("GET / ").length - 1;
      for (let count = 0; count < requests; count++)
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${String(bytes)}\r\n\r\n${body}`);
      if (chunk.includes("connection: close")) socket.end();
    });
}

/** Answers one request after the other, cut in the middle of the status line. */
function inPieces(socket: TLSSocket): void {
  let waiting = 0;
  let isLast = false;
  const answer = (): void => {
    if (waiting === 0) return;
    socket.write("HTTP/1", () =>
      setImmediate(() => {
        socket.write(`.1 200 OK\r\ncontent-length: 2000\r\n\r\n${"b".repeat(2000)}`, () => {
          waiting -= 1;
          if (waiting === 0 && isLast) socket.end();
          else answer();
        });
      }),
    );
  };
  socket.on("data", (chunk: Buffer) => {
    const isIdle = waiting === 0;
    waiting += chunk.toString("latin1").split("GET / ").length - 1;
    isLast ||= chunk.includes("connection: close");
    if (isIdle) answer();
  });
}

/** Answers once, and hangs up some time later. */
function silentSoon(socket: TLSSocket): void {
  socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst");
    setTimeout(() => socket.end(), 2 * short);
  });
  socket.resume();
}

function isSlow(outcome: TestOutcome | undefined): void {
  assert.ok(outcome?.kind === "Failed" && outcome.failure.kind === "Slow");
  assert.equal(outcome.at, "transfer");
  assert.ok(outcome.failure.bytesPerSecond < 2048);
}

let own: OwnCertificate;
const servers: Running[] = [];

before(async () => {
  own = await makeCertificate(new Date());
});
after(() => servers.forEach((server) => server.close()));

async function serve(behave: (socket: TLSSocket) => void): Promise<number> {
  const server = await tlsServer(behave, own);
  servers.push(server);
  return server.port;
}

/** The port of a censor before a server. */
async function behindCensor(...what: Parameters<typeof censored>): Promise<number> {
  const censor = await censored(...what);
  servers.push(censor);
  return censor.port;
}

async function serveTcp(behave: (socket: Socket) => void): Promise<number> {
  const server = await tcpServer(behave);
  servers.push(server);
  return server.port;
}

describe("a test of one port", () => {
  const cases: Record<
    string,
    {
      port: () => Promise<number>;
      listener?: TestedPort["listener"];
      certificateSHA256?: () => string;
      given?: Partial<TestOptions>;
      expect: TestOutcome | ((outcome: TestOutcome | undefined) => void);
    }
  > = {
    "a port that refuses": {
      port: closedPort,
      expect: { kind: "Failed", at: "tcp", failure: { kind: "Refused" } },
    },
    "a connection that is reset at the hello": {
      port: async () => serveTcp((socket) => socket.once("data", () => socket.resetAndDestroy())),
      expect: { kind: "Failed", at: "tls", failure: { kind: "Reset" } },
    },
    "a connection that is closed at the hello counts as reset": {
      port: async () => serveTcp((socket) => socket.once("data", () => socket.end())),
      expect: { kind: "Failed", at: "tls", failure: { kind: "Reset" } },
    },
    "a server that stays silent after the hello": {
      port: async () => serveTcp(() => undefined),
      given: { limits: limits({ tls: short }) },
      expect: { kind: "Failed", at: "tls", failure: { kind: "TimedOut" } },
    },
    "a page that says the site is blocked, without TLS": {
      port: async () =>
        serveTcp((socket) =>
          socket.once("data", () => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")),
        ),
      expect: { kind: "Failed", at: "tls", failure: { kind: "WrongCertificate" } },
    },
    "chat with the lane's certificate": {
      port: async () => serve(() => undefined),
      certificateSHA256: () => own.sha256,
      expect: { kind: "Worked", upTo: "certificate" },
    },
    "chat with another certificate": {
      port: async () => serve(() => undefined),
      certificateSHA256: () => "00".repeat(32),
      expect: { kind: "Failed", at: "certificate", failure: { kind: "WrongCertificate" } },
    },
    "chat whose certificate nobody knows": {
      port: async () => serve(() => undefined),
      expect: { kind: "Worked", upTo: "tls" },
    },
    "plain chat is TCP only": {
      port: async () => serveTcp(() => undefined),
      listener: "plainChat",
      expect: { kind: "Worked", upTo: "tcp" },
    },
    "media with a certificate of someone else": {
      port: async () => serve(web(500)),
      listener: "media",
      given: { authorities: "" },
      expect: { kind: "Failed", at: "upstream", failure: { kind: "WrongCertificate" } },
    },
    "media without moving bytes": {
      port: async () => serve(web(500)),
      listener: "media",
      given: { moves: false },
      expect: { kind: "Worked", upTo: "upstream" },
    },
    "media that moves 48 KB both ways": {
      port: async () => serve(web(500)),
      listener: "media",
      expect: { kind: "Worked", upTo: "transfer" },
    },
    "media that answers next to nothing each time": {
      port: async () => serve(web(1)),
      listener: "media",
      expect: { kind: "Worked", upTo: "transfer" },
    },
    "media whose answers come in small pieces": {
      port: async () => serve(inPieces),
      listener: "media",
      expect: { kind: "Worked", upTo: "transfer" },
    },
    "media that answers more than 48 KB at once": {
      port: async () => serve(web(200_000)),
      listener: "media",
      expect: { kind: "Worked", upTo: "transfer" },
    },
    "a web server that hangs up early proves the way there, and no more": {
      port: async () =>
        serve((socket) =>
          socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
        ),
      listener: "media",
      expect: { kind: "Worked", upTo: "upstream" },
    },
    "media that does not speak HTTP": {
      port: async () => serve((socket) => socket.on("data", () => socket.write("220 ready"))),
      listener: "media",
      given: { limits: limits({ stall: short }) },
      expect: { kind: "Worked", upTo: "upstream" },
    },
    "media that freezes before it says anything": {
      port: async () => serve((socket) => socket.resume()),
      listener: "media",
      given: { limits: limits({ stall: short }) },
      expect: (outcome) => {
        assert.ok(outcome?.kind === "Failed" && outcome.failure.kind === "Frozen");
        assert.ok(outcome.failure.afterBytes < 4096);
      },
    },
    "media that is reset on the way": {
      port: async () => behindCensor(await serve(web(500)), { bytes: 8192, effect: "reset" }),
      listener: "media",
      expect: { kind: "Failed", at: "transfer", failure: { kind: "Reset" } },
    },
    "media that freezes after 16 KB down": {
      port: async () => behindCensor(await serve(web(500)), { bytes: 16_384, effect: "freeze" }),
      listener: "media",
      given: { limits: limits({ stall: short }) },
      expect: { kind: "Failed", at: "transfer", failure: { kind: "Frozen", afterBytes: 16_384 } },
    },
    "media that takes no more than a few KB up": {
      port: async () =>
        serve((socket) => {
          let received = 0;
          web(60_000)(socket);
          socket.on("data", (chunk: Buffer) => {
            received += chunk.length;
            if (received > 16_384) socket.removeAllListeners("data").pause();
          });
        }),
      listener: "media",
      given: { limits: limits({ stall: short }) },
      expect: (outcome) => {
        assert.ok(outcome?.kind === "Failed" && outcome.failure.kind === "Frozen");
        const { afterBytes } = outcome.failure;
        assert.ok(afterBytes >= 8_192 && afterBytes <= 24_576, `${afterBytes} bytes`);
      },
    },
    "media that stands still until its server hangs up": {
      port: async () => serve(silentSoon),
      listener: "media",
      given: { limits: limits({ crawl: short }) },
      expect: isSlow,
    },
    "media that stands still until its server hangs up on what is still on its way": {
      port: async () => {
        const reset = await resetting(await serve(silentSoon));
        servers.push(reset);
        return reset.port;
      },
      listener: "media",
      given: { limits: limits({ crawl: short }) },
      expect: isSlow,
    },
    "media that trickles": {
      port: async () =>
        serve((socket) => {
          const drip = setInterval(() => socket.write("d"), 20);
          socket.on("close", () => clearInterval(drip)).resume();
        }),
      listener: "media",
      given: { limits: limits({ transfer: millis(400) }) },
      expect: (outcome) => {
        assert.ok(outcome?.kind === "Failed" && outcome.failure.kind === "Slow");
        assert.equal(outcome.at, "transfer");
        assert.ok(outcome.failure.bytesPerSecond > 0);
      },
    },
  };

  for (const [
    name,
    { port, listener = "chat", certificateSHA256, given, expect },
  ] of Object.entries(cases))
    test(name, async () => {
      const what = tested({
        port: await port(),
        listener,
        certificateSHA256: certificateSHA256?.(),
      });
      const { authorities = own.certificate, ...rest } = given ?? {};
      const outcome = await testPort(what, {
        ...options(rest),
        ...(authorities === "" ? {} : { authorities }),
      });
      if (typeof expect === "function") expect(outcome);
      else assert.deepEqual(outcome, expect);
    });

  test("a test that is stopped says nothing", async () => {
    const stop = new AbortController();
    const port = await serveTcp((socket) => socket.once("data", () => stop.abort()));
    const outcome = await testPort(
      tested({ listener: "chat", port }),
      options({ stop: stop.signal }),
    );
    assert.equal(outcome, undefined);
  });

  test("this machine's own trouble says nothing", () => {
    const limit = { ms: short, stop: never };
    const noNetwork = Object.assign(new Error("no route"), { code: "ENETUNREACH" });
    assert.ok(stepError(noNetwork, limit) instanceof UntriedError);
  });

  test("each test leaves no connection behind", async () => {
    let open = 0;
    const port = await serveTcp((socket) => {
      open += 1;
      socket.on("close", () => (open -= 1)).resume();
    });
    await testPort(tested({ listener: "chat", port }), options({ limits: limits({ tls: short }) }));
    await waitFor("the connection is gone", () => open === 0);
  });

  test("48 KB really go each way", async () => {
    let received = 0;
    const port = await serve((socket) => {
      web(500)(socket);
      socket.on("data", (chunk: Buffer) => (received += chunk.length));
    });
    const limit = { ms: stepLimits.transfer, stop: never };
    const socket = await openTcp({ host: "127.0.0.1", port }, limit);
    const secure = await openTls(socket, { serverName: "whatsapp.net" }, limit);
    const pipe = { socket, secure, host: "whatsapp.net" };
    const { stall: stallMs, crawl: crawlMs } = stepLimits;
    const moved = await transfer(pipe, { ...limit, stallMs, crawlMs });
    assert.equal(moved, "Whole");
    assert.ok(socket.bytesRead >= transferBytes, `${socket.bytesRead} bytes down`);
    assert.ok(received >= transferBytes, `${received} bytes up`);
  });
});

describe("through a proxy", () => {
  test("both ports work, and WhatsApp sees no chat connection that speaks", async () => {
    const whatsapp = await startWhatsApp({
      host: "127.0.0.1",
      chatPort: 0,
      mediaPort: 0,
      countersPort: 0,
      proxyProtocol: "any",
    });
    const proxy = await startLoopbackProxy(whatsapp, { chat: none, media: none });
    const { chatPort, mediaPort, certificateSHA256 } = proxy;
    const chat = tested({ listener: "chat", port: chatPort, certificateSHA256 });
    assert.deepEqual(await testPort(chat, options()), { kind: "Worked", upTo: "certificate" });
    const media = tested({ listener: "media", port: mediaPort });
    const outcome = await testPort(media, options());
    assert.deepEqual(
      outcome,
      { kind: "Failed", at: "upstream", failure: { kind: "WrongCertificate" } },
      "the played WhatsApp is not the real one, and only the real one will do",
    );
    assert.equal(whatsapp.report.chat.answered, 0);
    proxy.close();
    whatsapp.close();
  });
});

describe("whether anything else abroad is reached", () => {
  const random = () => 0.5;
  const reaches = async (
    hosts: { host: string; port: number }[],
    given: Partial<TestOptions> = {},
  ) => reachesElsewhere(hosts, options({ authorities: own.certificate, ...given }), random);

  test("a host that shows a certificate of its own name is", async () => {
    const port = await serve(() => undefined);
    // The certificate is for whatsapp.net, which leads nowhere here: only the name is wrong.
    assert.equal(await reaches([{ host: "127.0.0.1", port }]), false);
  });
  test("one that refuses is not", async () =>
    assert.equal(await reaches([{ host: "127.0.0.1", port: await closedPort() }]), false));
  test("without any to try, nobody knows", async () => assert.equal(await reaches([]), undefined));
  test("stopped, nobody knows", async () =>
    assert.equal(
      await reaches([{ host: "127.0.0.1", port: 1 }], { stop: AbortSignal.abort() }),
      undefined,
    ));
});

test("a handshake's error carries how it failed", async () => {
  const port = await serveTcp((socket) => socket.end());
  const limit = { ms: stepLimits.tls, stop: never };
  const socket = await openTcp({ host: "127.0.0.1", port }, limit);
  await assert.rejects(openTls(socket, {}, limit), (error) => {
    assert.ok(error instanceof StepError);
    assert.deepEqual(error.failure, { kind: "Reset" });
    return true;
  });
});

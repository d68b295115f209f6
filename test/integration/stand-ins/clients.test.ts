import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { shareLink } from "../../../src/share/link.ts";
import { chat } from "../../stand-ins/client/chat.ts";
import { readCounters } from "../../stand-ins/client/counters.ts";
import { type PortAnswer, isSilent, lookDark } from "../../stand-ins/client/dark.ts";
import { hold } from "../../stand-ins/client/hold.ts";
import { openLink } from "../../stand-ins/client/links.ts";
import { Load, type LoadFailure } from "../../stand-ins/client/load.ts";
import { media } from "../../stand-ins/client/media.ts";
import {
  headerVersion1,
  headerVersion2,
  startLoopbackProxy,
  type LoopbackProxy,
} from "../../stand-ins/loopback-proxy.ts";
import type { ExpectedHeader } from "../../stand-ins/whatsapp/chat-server.ts";
import { startWhatsApp, type WhatsApp } from "../../stand-ins/whatsapp/start.ts";

const client = { address: "198.51.101.2", port: 40_000 };
const proxy = { address: "10.244.0.9", port: 20_000 };
const none = Buffer.alloc(0);
const host = "127.0.0.1";
const common = { played: true, timeoutMs: 5_000, signal: new AbortController().signal };

/** A played WhatsApp behind a proxy that sends these headers. */
async function playWhatsApp(
  proxyProtocol: ExpectedHeader,
  headers: { chat: Buffer; media: Buffer },
): Promise<{ whatsapp: WhatsApp; loopbackProxy: LoopbackProxy }> {
  const whatsapp = await startWhatsApp({
    host,
    chatPort: 0,
    mediaPort: 0,
    countersPort: 0,
    proxyProtocol,
  });
  return { whatsapp, loopbackProxy: await startLoopbackProxy(whatsapp, headers) };
}

describe("a proxy that sends PROXY headers of version 2", () => {
  let whatsapp: WhatsApp;
  let loopbackProxy: LoopbackProxy;
  const behindProxy = async () =>
    playWhatsApp("V2", { chat: headerVersion2(client, proxy), media: none });
  before(async () => {
    ({ whatsapp, loopbackProxy } = await behindProxy());
  });
  after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));

  test("chat shows the proxy's certificate, and what the header said", async () => {
    const { handshake, answer } = await chat({
      endpoint: { host, port: loopbackProxy.chatPort },
      tls: true,
      ...common,
    });
    assert.equal(handshake?.certificateSHA256, loopbackProxy.certificateSHA256);
    assert.equal(handshake.tlsVersion, "TLSv1.3");
    assert.deepEqual(answer, {
      server: "chat",
      proxy: { version: 2, source: client, destination: proxy },
    });
  });

  test("media shows WhatsApp's own certificate: nobody in between can read it", async () => {
    const { handshake, echo } = await media({
      endpoint: { host, port: loopbackProxy.mediaPort },
      servername: "whatsapp.net",
      ...common,
    });
    assert.deepEqual(
      [handshake.certificateSHA256, handshake.subject, echo],
      [whatsapp.report.certificateSHA256, "CN=whatsapp.net", "a picture"],
    );
  });

  test("a share link leads to both ports", async () => {
    const link = shareLink({
      host,
      chatPort: loopbackProxy.chatPort,
      mediaPort: loopbackProxy.mediaPort,
      chatTls: true,
    });
    const opened = await openLink(link, common);
    assert.equal(opened.chat.answer?.server, "chat");
    assert.equal(opened.media.handshake.certificateSHA256, whatsapp.report.certificateSHA256);
  });

  test("the counters tell what came, on loopback", async (t) => {
    const { whatsapp, loopbackProxy } = await behindProxy();
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    const ports = { chatPort: loopbackProxy.chatPort, mediaPort: loopbackProxy.mediaPort };
    for (let visit = 0; visit < 2; visit++)
      await openLink(shareLink({ host, ...ports, chatTls: true }), common);
    const counters = await readCounters(whatsapp.countersPort, common.signal);
    assert.deepEqual(counters.chat, {
      connections: 2,
      silent: 0,
      headers: { v1: 0, v2: 2, none: 0 },
      answered: 2,
      broken: 0,
      faults: {},
    });
    assert.deepEqual(counters.media, {
      connections: 2,
      silent: 0,
      headers: { v1: 0, v2: 0, none: 2 },
      answered: 2,
      broken: 0,
      faults: {},
    });
  });
});

describe("headers and expectations", () => {
  const cases: Record<string, { expected: ExpectedHeader; sent: Buffer; fault: string | null }> = {
    "V1 takes version 1": { expected: "V1", sent: headerVersion1(client, proxy), fault: null },
    "None takes none": { expected: "None", sent: none, fault: null },
    "any takes version 1": { expected: "any", sent: headerVersion1(client, proxy), fault: null },
    "any takes none": { expected: "any", sent: none, fault: null },
    "V2 refuses version 1": {
      expected: "V2",
      sent: headerVersion1(client, proxy),
      fault: "expected PROXY header V2, got V1",
    },
    "V2 refuses a missing header": {
      expected: "V2",
      sent: none,
      fault: "expected PROXY header V2, got None",
    },
    "None refuses version 2": {
      expected: "None",
      sent: headerVersion2(client, proxy),
      fault: "expected PROXY header None, got V2",
    },
    "any refuses a malformed one": {
      expected: "any",
      sent: Buffer.from("PROXY nonsense\r\n"),
      fault: "malformed header: v1 with an unknown family",
    },
  };
  for (const [name, { expected, sent, fault }] of Object.entries(cases))
    test(name, async (t) => {
      const { whatsapp, loopbackProxy } = await playWhatsApp(expected, { chat: sent, media: none });
      t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
      const attempt = chat({
        endpoint: { host, port: loopbackProxy.chatPort },
        tls: true,
        ...common,
      });
      if (fault === null) assert.equal((await attempt).answer?.server, "chat");
      else await assert.rejects(attempt, { step: "answer" });
      assert.deepEqual(Object.keys(whatsapp.report.chat.faults), fault === null ? [] : [fault]);
    });

  test("a header on the media port is a fault", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("any", {
      chat: none,
      media: headerVersion1(client, proxy),
    });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    await assert.rejects(
      media({
        endpoint: { host, port: loopbackProxy.mediaPort },
        servername: "whatsapp.net",
        ...common,
      }),
      {
        step: "handshake",
      },
    );
    assert.deepEqual(whatsapp.report.media.faults, { "PROXY header on media": 1 });
  });

  test("a connection that says nothing, as a health check, is no fault", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("V2", { chat: none, media: none });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    for (const port of [whatsapp.chatPort, whatsapp.mediaPort]) {
      const socket = connect(port, host).end().resume();
      await once(socket, "close");
    }
    const { chat, media } = whatsapp.report;
    assert.deepEqual([chat.silent, chat.faults, media.silent, media.faults], [1, {}, 1, {}]);
  });
});

describe("a held connection", () => {
  const holding = { everyMs: 20, stallMs: 5_000, onOpen: () => undefined, onBeat: () => undefined };

  test("counts its echoes until the other side ends it, and loses none", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("None", { chat: none, media: none });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    let opened = 0;
    const endpoint = { host, port: loopbackProxy.chatPort };
    const onOpen = (): void => void (opened += 1);
    const result = await hold({
      ...holding,
      endpoint,
      tls: true,
      signal: common.signal,
      onOpen,
      onBeat: () => loopbackProxy.close(),
    });
    assert.equal(opened, 1);
    assert.ok(result.echoes > 0 && result.lost === 0, JSON.stringify(result));
    assert.match(result.how, /^(end|reset)$/);
  });

  test("is given up when no echo comes back", async (t) => {
    const sink = createServer((socket) => socket.resume()).listen(0, host);
    t.after(() => sink.close());
    await once(sink, "listening");
    const { port } = sink.address() as AddressInfo;
    const result = await hold({
      ...holding,
      endpoint: { host, port },
      tls: false,
      stallMs: 100,
      signal: common.signal,
    });
    assert.deepEqual([result.how, result.echoes, result.lost], ["timeout", 0, 0]);
    assert.ok(result.unanswered > 0);
  });

  test("tells of an echo that never came", async (t) => {
    const forgetful = createServer((socket) => socket.end("1 beat 1\n3 beat 3\nnonsense\n")).listen(
      0,
      host,
    );
    t.after(() => forgetful.close());
    await once(forgetful, "listening");
    const { port } = forgetful.address() as AddressInfo;
    const result = await hold({
      ...holding,
      endpoint: { host, port },
      tls: false,
      signal: common.signal,
    });
    assert.deepEqual([result.how, result.echoes, result.lost], ["end", 2, 2]);
  });

  test("ends when asked to, even if it says nothing", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("None", { chat: none, media: none });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    const stop = new AbortController();
    const endpoint = { host, port: loopbackProxy.chatPort };
    const result = await hold({
      ...holding,
      endpoint,
      tls: true,
      everyMs: null,
      signal: stop.signal,
      onOpen: () => stop.abort(),
    });
    assert.deepEqual(result, { how: "stopped", echoes: 0, lost: 0, unanswered: 0 });
  });
});

describe("load", () => {
  test("reaches every published address, and reports a dead one at once", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("None", { chat: none, media: none });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    const { promise: firstFailure, resolve: onFailure } = Promise.withResolvers<LoadFailure>();
    const load = new Load({
      perSecond: 50,
      timeoutMs: 5_000,
      played: true,
      certificateSHA256: whatsapp.report.certificateSHA256,
      onFailure,
    });
    const ports = { chat: loopbackProxy.chatPort, media: loopbackProxy.mediaPort };
    load.publish([
      { host, ...ports },
      { host: "127.0.0.2", ...ports },
    ]);
    const { host: failed, reason } = await firstFailure;
    const { connections, failures, addresses } = await load.end();
    assert.deepEqual([failed, reason], ["127.0.0.2", "connect: refused"]);
    assert.equal(addresses[host]?.failures, 0);
    assert.equal(addresses["127.0.0.2"]?.connections, failures);
    assert.equal(connections, failures * 2);
  });

  test("takes no other media server for WhatsApp", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("None", { chat: none, media: none });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    const { promise: firstFailure, resolve: onFailure } = Promise.withResolvers<LoadFailure>();
    const load = new Load({
      perSecond: 50,
      timeoutMs: 5_000,
      played: true,
      certificateSHA256: "another",
      onFailure,
    });
    load.publish([{ host, chat: loopbackProxy.chatPort, media: loopbackProxy.mediaPort }]);
    const { listener, reason } = await firstFailure;
    await load.end();
    assert.deepEqual(
      [listener, reason],
      ["media", "handshake: wrong answer (not the certificate of the media server)"],
    );
  });
});

describe("dark", () => {
  const answers: Readonly<Record<PortAnswer, boolean>> = {
    timeout: true,
    unreachable: true,
    refused: false,
    open: false,
    other: false,
  };
  for (const [answer, silent] of Object.entries(answers) as [PortAnswer, boolean][])
    test(`"${answer}" ${silent ? "means" : "does not mean"} that nobody answers`, () =>
      assert.equal(isSilent(answer), silent));

  test("a refusal is not dark, and an open port is not", async (t) => {
    const { whatsapp, loopbackProxy } = await playWhatsApp("None", { chat: none, media: none });
    t.after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
    assert.deepEqual(
      await lookDark({ host, ports: [loopbackProxy.chatPort], timeoutMs: 3_000 }, common.signal),
      {
        host,
        dark: false,
        ports: { [loopbackProxy.chatPort]: "open" },
      },
    );
    assert.deepEqual(
      await lookDark(
        { host: "127.0.0.2", ports: [loopbackProxy.chatPort], timeoutMs: 3_000 },
        common.signal,
      ),
      {
        host: "127.0.0.2",
        dark: false,
        ports: { [loopbackProxy.chatPort]: "refused" },
      },
    );
  });
});

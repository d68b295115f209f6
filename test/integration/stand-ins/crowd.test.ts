import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { after, before, describe, test } from "node:test";
import { Crowd, type CrowdState } from "../../stand-ins/client/crowd.ts";
import { pester } from "../../stand-ins/client/pester.ts";
import { startLoopbackProxy, type LoopbackProxy } from "../../stand-ins/loopback-proxy.ts";
import { startWhatsApp, type WhatsApp } from "../../stand-ins/whatsapp/start.ts";

const host = "127.0.0.1";
const none = Buffer.alloc(0);

describe("a crowd", () => {
  let whatsapp: WhatsApp;
  let loopbackProxy: LoopbackProxy;
  before(async () => {
    whatsapp = await startWhatsApp({
      host,
      chatPort: 0,
      mediaPort: 0,
      countersPort: 0,
      proxyProtocol: "None",
    });
    loopbackProxy = await startLoopbackProxy(whatsapp, { chat: none, media: none });
  });
  after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));

  /** A crowd of twenty that talks fast; `act` is called at each beat. */
  async function gather(
    port: number,
    act: (state: CrowdState, goHome: () => void) => void,
  ): Promise<CrowdState> {
    const stop = new AbortController();
    const onBeat = (state: CrowdState): void => act(state, () => stop.abort());
    const sources = ["127.0.0.1", "127.0.0.2"];
    return new Crowd({
      endpoint: { host, port },
      connections: 20,
      sources,
      everyMs: 20,
      stallMs: 5_000,
      signal: stop.signal,
      onBeat,
    }).gather();
  }

  test("is all there, talks, and goes home in good order", async () => {
    const end = await gather(
      loopbackProxy.chatPort,
      ({ open, echoes }, goHome) => open === 20 && echoes > 40 && goHome(),
    );
    assert.deepEqual(
      [end.opened, end.open, end.ended, end.failed, end.lost],
      [20, 0, { stopped: 20 }, {}, 0],
    );
  });

  test("says how many were cut off", async () => {
    const other = await startLoopbackProxy(whatsapp, { chat: none, media: none });
    const end = await gather(other.chatPort, ({ open }) => open === 20 && other.close());
    assert.equal(end.opened, 20);
    assert.equal(end.ended["stopped"], undefined);
    assert.equal(
      Object.values(end.ended).reduce((sum, count) => sum + count, 0),
      20,
    );
  });

  test("says why some could not come", async () => {
    const closed = createServer().listen(0, host);
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const end = await gather(port, () => undefined);
    assert.deepEqual([end.opened, end.failed], [0, { "connect: refused": 20 }]);
  });
});

describe("somebody who misbehaves", () => {
  const servers: Server[] = [];
  after(() => servers.forEach((server) => server.close()));

  async function listen(onConnection: Parameters<typeof createServer>[1]): Promise<number> {
    const server = createServer({}, onConnection).listen(0, host);
    servers.push(server);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  const common = { connections: 3, signal: new AbortController().signal };

  test("is told how many were ended, and hears what was said", async () => {
    const port = await listen((socket) =>
      socket.once("data", (bytes) => socket.end(`you said ${bytes.length}`)),
    );
    const result = await pester({
      ...common,
      endpoint: { host, port },
      nuisance: "http",
      timeoutMs: 5_000,
    });
    assert.deepEqual([result.connections, result.ended, result.heard], [3, 3, ["you said 58"]]);
  });

  test("counts as not ended what only the deadline ended", async () => {
    const port = await listen((socket) => socket.on("error", () => socket.destroy()));
    const result = await pester({
      ...common,
      endpoint: { host, port },
      nuisance: "silent",
      timeoutMs: 200,
    });
    assert.deepEqual([result.connections, result.ended, result.heard], [3, 0, []]);
  });
});

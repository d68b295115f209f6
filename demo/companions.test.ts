import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { clientOf } from "./client.ts";
import { HeldConnection } from "./held-connection.ts";
import { renderLink } from "./share.ts";
import { accompany, finish, succeed } from "./run.ts";
import type { Stage } from "./stage.ts";
import { startLoopbackProxy, type LoopbackProxy } from "../test/stand-ins/loopback-proxy.ts";
import { startWhatsApp, type WhatsApp } from "../test/stand-ins/whatsapp/start.ts";

const client = [
  process.execPath,
  join(import.meta.dirname, "../test/stand-ins/client.ts"),
] as const;
const stage: Stage = {
  kind: "embedded",
  kubectl: ["false"],
  kubectlByHand: "kubectl",
  client,
  clientPlace: "this machine",
  enter: ["false"],
  whatsappHost: ["env"],
  folder: "",
};

describe("the demo's clients, as programs of their own", () => {
  let whatsapp: WhatsApp;
  let loopbackProxy: LoopbackProxy;
  before(async () => {
    whatsapp = await startWhatsApp({
      host: "127.0.0.1",
      chatPort: 0,
      mediaPort: 0,
      countersPort: 0,
      proxyProtocol: "None",
    });
    loopbackProxy = await startLoopbackProxy(whatsapp, {
      chat: Buffer.alloc(0),
      media: Buffer.alloc(0),
    });
  });
  after(() => [whatsapp, loopbackProxy].forEach((part) => part.close()));
  const at = (): { host: string; chat: number; media: number } => ({
    host: "127.0.0.1",
    chat: loopbackProxy.chatPort,
    media: loopbackProxy.mediaPort,
  });

  test("one look at each port tells whose certificate is seen", async () => {
    const [chat, media] = [await clientOf(stage).chat(at()), await clientOf(stage).media(at())];
    assert.ok(chat.event === "ok" && media.event === "ok");
    assert.equal(chat.handshake?.certificateSHA256, loopbackProxy.certificateSHA256);
    assert.equal(media.handshake.certificateSHA256, whatsapp.report.certificateSHA256);
  });

  test("a share link is opened from standard input", async () => {
    const opened = await clientOf(stage).openLink(renderLink(at()));
    assert.ok(opened.event === "ok");
    assert.equal(opened.chat.answer?.server, "chat");
  });

  test("a port that nobody listens on is a failure in words", async () => {
    const answer = await clientOf(stage).chat({ ...at(), host: "127.0.0.2" });
    assert.deepEqual(answer, {
      event: "failed",
      step: "connect",
      reason: "refused",
      message: "connect: refused",
    });
    assert.deepEqual((await clientOf(stage).dark({ ...at(), host: "127.0.0.2" })).dark, false);
  });

  test("the real WhatsApp is asked for no hello, and its media servers must prove their name", async () => {
    const real: Stage = { ...stage, client: [...client, "--real"] };
    const [chat, media] = [await clientOf(real).chat(at()), await clientOf(real).media(at())];
    assert.ok(chat.event === "ok" && chat.answer === null);
    assert.ok(
      media.event === "failed" && media.message.includes("self-signed certificate"),
      JSON.stringify(media),
    );
  });

  test("the load takes its addresses from standard input, and sums up at its end", async () => {
    const answeredBefore = whatsapp.report.chat.answered;
    const load = accompany<{ event: string; connections: number; failures: number }>([
      ...client,
      "load",
      "--rate",
      "50",
    ]);
    load.send(JSON.stringify({ addresses: [at()] }));
    while (whatsapp.report.chat.answered < answeredBefore + 3) await pause(20);
    load.finish();
    for await (const { event, connections, failures } of load.events) {
      assert.deepEqual([event, failures], ["summary", 0]);
      assert.ok(connections >= 3);
    }
  });

  test("a held connection tells that it was ended, and lost nothing", async (t) => {
    const own = await startLoopbackProxy(whatsapp, {
      chat: Buffer.alloc(0),
      media: Buffer.alloc(0),
    });
    const held = await HeldConnection.open(stage, {
      host: "127.0.0.1",
      chat: own.chatPort,
      media: own.mediaPort,
    });
    t.after(() => held.stop());
    own.close();
    const closed = await held.end;
    assert.equal(closed.lost, 0);
    assert.match(closed.how, /^(end|reset)$/);
  });

  test("a held connection that can't be opened says why", () =>
    assert.rejects(
      HeldConnection.open(stage, { ...at(), host: "127.0.0.2" }),
      /can't be opened: connect: refused/,
    ));
});

describe("running commands", () => {
  test("a command that fails is told with its own words", () =>
    assert.rejects(succeed(["sh", "-c", "echo no room >&2; exit 3"]), {
      name: "DemoError",
      message: /failed with 3: no room/,
    }));

  test("a command that is not there is told by name", () =>
    assert.rejects(finish(["no-such-program"]), {
      name: "DemoError",
      message: /"no-such-program" can't be started/,
    }));

  test("a companion that is stopped ends, though it never looks at its input", async () => {
    const companion = accompany<{ tick: number }>([
      "sh",
      "-c",
      `while echo '{"tick":1}'; do sleep 0.1; done`,
    ]);
    for await (const { tick } of companion.events) {
      assert.equal(tick, 1);
      companion.stop();
    }
  });
});

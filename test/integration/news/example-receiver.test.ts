import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, beforeEach, describe, test } from "node:test";
import { newsAgent, newsSender } from "../../../src/news/io/send.ts";
import { signingKeys } from "../../../src/news/signature.ts";
import { instant, plus, seconds } from "../../../src/values/time.ts";
import { item, noon, receiver, secretAddress, whsec } from "../../unit/news/build.ts";
import { DeliveryStage } from "../../unit/news/stage.ts";

const program = join(import.meta.dirname, "../../../examples/news-receiver.mjs");
const link = `https://wa.me/proxy?host=${secretAddress}&chatPort=443&mediaPort=587&chatTLS=true`;

interface Message {
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

let chat: Server;
let bot: ChildProcess;
let port: number;
let chatStatus = 200;
const messages: Message[] = [];

/** A chat service, as the bot posts to it. */
async function startChat(): Promise<number> {
  chat = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url, headers } = request;
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      messages.push({ url, authorization: headers.authorization, body });
      response.writeHead(chatStatus).end("{}");
    });
  });
  chat.listen(0, "127.0.0.1");
  await once(chat, "listening");
  return (chat.address() as AddressInfo).port;
}

before(async () => {
  const chatPort = await startChat();
  bot = spawn(process.execPath, [program], {
    env: {
      NEWS_SECRET: whsec,
      CHATS: JSON.stringify({ "proxies/family/0": "-100 $& 1" }),
      CHAT_URL: `http://127.0.0.1:${chatPort}/chats/{chat}/{id}`,
      CHAT_BODY: '{"chat_id": "{chat}", "text": "{text}", "silent": true}',
      CHAT_TEXT: "Here is your link:",
      CHAT_TOKEN: "t0k3n",
      HOST: "127.0.0.1",
      PORT: "0",
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface(bot.stdout!), "line")) as [string];
  port = Number(/(\d+)$/.exec(line)?.[1]);
});
after(() => {
  bot.kill();
  chat.close();
  chat.closeAllConnections();
});
beforeEach(() => {
  messages.splice(0);
  chatStatus = 200;
});

function stage(secret = whsec): DeliveryStage {
  const keys = signingKeys(secret);
  assert.ok(typeof keys !== "string");
  const now = () => instant(Date.now());
  const of = async () => keys;
  const send = newsSender({ keys: { of }, now, userAgent: "test", agent: newsAgent() });
  const news = new DeliveryStage(send);
  news.start([receiver({ links: true, url: `http://127.0.0.1:${port}/` })]);
  return news;
}

const moved = (s: number, slot = 0) =>
  item({
    subject: `proxies/family/${slot}`,
    at: plus(noon, seconds(s)),
    link: { link, host: secretAddress, chatPort: 443, mediaPort: 587, pagePath: "p" },
  });

describe("the receiver of the documentation", () => {
  test("posts a group's new link into its chat, and each only once", async () => {
    const news = stage();
    news.offer([moved(0), moved(0, 1)]);
    await news.quiet();
    const again = stage();
    again.offer([moved(0)]);
    await again.quiet();
    const text = `Here is your link:\n${link}`;
    assert.deepEqual(
      messages.map(({ body }) => body),
      [{ chat_id: "-100 $& 1", text, silent: true }],
    );
    assert.match(messages[0]?.url ?? "", /^\/chats\/-100%20%24%26%201\/published-[0-9a-f]{32}$/);
    assert.equal(messages[0]?.authorization, "Bearer t0k3n");
    for (const one of [news, again]) {
      assert.equal(one.couriers.get("bot")?.waiting, 0);
      await one.kill();
    }
  });

  test("asks for it again while the chat fails", async () => {
    chatStatus = 500;
    const news = stage();
    news.offer([moved(1)]);
    await news.quiet();
    assert.equal(news.couriers.get("bot")?.waiting, 1);
    chatStatus = 200;
    await news.pass(seconds(30));
    assert.equal(news.couriers.get("bot")?.waiting, 0);
    assert.equal(messages.length, 2);
    await news.kill();
  });

  test("posts nothing that somebody else signed, or nobody", async () => {
    const news = stage(`whsec_${Buffer.alloc(32, 8).toString("base64")}`);
    news.offer([moved(2)]);
    await news.quiet();
    assert.match(news.lines.join(""), /it answered 401: check that .* the same secret/);
    for (const body of ["{}", "x".repeat(70_000)]) {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
      assert.ok(answer.status === 401 || answer.status === 400);
    }
    assert.deepEqual(messages, []);
    await news.kill();
  });
});

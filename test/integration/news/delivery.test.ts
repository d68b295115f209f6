import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { HTTP } from "cloudevents";
import type { NewsItem } from "../../../src/news/item.ts";
import { newsAgent, newsSender } from "../../../src/news/io/send.ts";
import { signingKeys } from "../../../src/news/signature.ts";
import { hours, instant, minutes, millis, plus, seconds } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type OwnCertificate, makeCertificate } from "../../stand-ins/whatsapp/certificate.ts";
import { item, noon, secretAddress, whsec } from "../../unit/news/build.ts";
import { DeliveryStage } from "../../unit/news/stage.ts";
import { ReceiverServer, status } from "./receiver-server.ts";

let certificate: OwnCertificate;
let agent: ReturnType<typeof newsAgent>;
const open: ReceiverServer[] = [];

before(async () => {
  certificate = await makeCertificate(new Date(), ["localhost"]);
  agent = newsAgent({ ca: certificate.certificate });
});
after(async () => {
  await Promise.all(open.map(async (server) => server.stop()));
  await agent.destroy();
});

async function server(own: OwnCertificate | undefined = certificate): Promise<ReceiverServer> {
  const started = await ReceiverServer.start(own);
  open.push(started);
  return started;
}

/** The real sender and the real queue; only the time is the test's. */
function stage(deadline = seconds(10)): DeliveryStage {
  const keys = signingKeys(whsec);
  assert.ok(typeof keys !== "string");
  const now = () => instant(Date.now());
  const of = async () => keys;
  return new DeliveryStage(newsSender({ keys: { of }, now, userAgent: "test", agent, deadline }));
}

const ofSlot = (slot: number, s = 0): NewsItem =>
  item({ subject: `proxies/family/${slot}`, at: plus(noon, seconds(s)), facts: { slot } });
const link = { link: `https://wa.me/proxy?host=${secretAddress}`, host: secretAddress };
const linked = (one: NewsItem): NewsItem => ({
  ...one,
  link: { ...link, chatPort: 443, mediaPort: 587, pagePath: "path" },
});

describe("a receiver over HTTPS", () => {
  test("gets CloudEvents that the official libraries verify and read, over kept connections", async () => {
    const bot = await server();
    const news = stage();
    news.start([bot.named("bot")]);
    news.offer([0, 1, 2, 3, 4, 5].map((s) => ofSlot(0, s)));
    await news.quiet();
    assert.equal(bot.taken.length, 6);
    assert.ok(bot.connections <= 2, `${bot.connections} connections`);
    const { headers, body, id } = bot.taken[0]!;
    const event = HTTP.toEvent({ headers, body });
    assert.equal((event as { id: string }).id, id);
    assert.equal(headers["webhook-id"], id);
    await news.kill();
  });

  test("gets links only where it asks for them", async () => {
    const [plain, trusted] = [await server(), await server()];
    const news = stage();
    news.start([plain.named("plain"), trusted.named("trusted", { links: true })]);
    news.offer([linked(ofSlot(0))]);
    await news.quiet();
    assert.equal(trusted.taken[0]?.data["link"], link.link);
    assert.equal(plain.taken.length, 1);
    assert.doesNotMatch(JSON.stringify(plain.taken), /203\.0\.113|wa\.me|path/);
    await news.kill();
  });

  const troubles: Record<
    string,
    { ready: (bot: ReceiverServer) => unknown; why: RegExp; own?: true }
  > = {
    "that is down": { ready: async (bot) => bot.stop(), why: /ECONNREFUSED/ },
    "with somebody else's certificate": { ready: () => undefined, why: /self-signed/, own: true },
    "that redirects": {
      ready: (bot) => (bot.answer = status(302, { location: "https://elsewhere.invalid/" })),
      why: /redirects are not followed/,
    },
    "that never answers": { ready: (bot) => (bot.answer = () => undefined), why: /no answer/ },
    "that hangs up": {
      ready: (bot) => (bot.answer = (response) => response.destroy()),
      why: /can't be reached/,
    },
  };
  for (const [name, { ready, why, own }] of Object.entries(troubles))
    test(`${name} holds up no other one, and is tried again`, async () => {
      const bot = await server(own && (await makeCertificate(new Date(), ["localhost"])));
      const other = await server();
      const news = stage(millis(300));
      news.start([bot.named("bad"), other.named("good")]);
      await ready(bot);
      news.offer([ofSlot(0)]);
      await waitFor("the other one to get its news", () => other.taken.length === 1);
      await news.quiet();
      await news.pass(seconds(3));
      const bad = news.couriers.get("bad");
      assert.deepEqual([bad?.waiting, bad?.isWorking], [1, false]);
      assert.ok((bad?.retries ?? 0) > 1);
      assert.match(news.lines.join(""), why);
      assert.doesNotMatch(news.lines.join(""), /whsec|\/news/);
      await news.kill();
    });

  test("that answers with 500 for an hour gets all of it then, in order", async () => {
    const [bot, other] = [await server(), await server()];
    bot.answer = status(500);
    const news = stage();
    news.start([bot.named("bad"), other.named("good")]);
    const all = Array.from({ length: 12 }, (_, s) => ofSlot(s % 3, s));
    for (const [index] of all.entries()) {
      news.offer(all.slice(0, index + 1));
      await news.pass(minutes(5));
    }
    assert.equal(other.taken.length, all.length);
    const failed = bot.taken.splice(0).length;
    assert.ok(failed > 10 && failed < 200, `${failed} tries in an hour`);
    bot.answer = status(204);
    await news.pass(hours(1));
    for (const slot of [0, 1, 2]) {
      const ids = (from: ReceiverServer) =>
        from.taken.filter(({ data }) => data["slot"] === slot).map(({ id }) => id);
      assert.deepEqual(ids(bot), ids(other));
    }
    assert.equal(bot.taken.length, all.length);
    await news.kill();
  });

  test("that sends an endless answer is not read to its end", async () => {
    const bot = await server();
    bot.answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more).on("error", () => undefined);
      more();
    };
    const news = stage();
    news.start([bot.named("bot")]);
    news.offer([ofSlot(0)]);
    await news.quiet();
    assert.equal(news.couriers.get("bot")?.waiting, 0);
    await news.kill();
  });

  test("gets what was published before a crash, from who leads next, with the same id", async () => {
    const bot = await server();
    bot.answer = status(503);
    const first = stage();
    first.start([bot.named("bot")]);
    first.offer([ofSlot(0)]);
    await first.quiet();
    await first.kill();
    bot.answer = status(204);
    const next = stage();
    next.start([bot.named("bot")]);
    next.offer([ofSlot(0)]);
    await next.quiet();
    assert.equal(bot.taken.length, 2);
    assert.equal(bot.taken[0]?.body, bot.taken[1]?.body);
    await next.kill();
  });
});

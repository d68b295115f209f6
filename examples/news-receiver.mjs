// Posts each group's new link into its chat (docs/news.md). Needs Node 20 or newer, and nothing else.
//   NEWS_SECRET   the secret that the operator signs with: whsec_…
//   CHATS         which chat a slot's group has: {"proxies/family/0": "-100123"}
//   CHAT_URL      where messages are posted; {chat} and {id} in it are replaced
//   CHAT_BODY     what is posted, as JSON: {"chat_id": "{chat}", "text": "{text}"}
//   CHAT_TEXT     what comes before the link; CHAT_METHOD: POST unless given
//   CHAT_TOKEN    optional: sent as "Authorization: Bearer …"
//   PORT          8443 unless given; TLS_CERT, TLS_KEY: PEM files. Without, put a TLS proxy before it
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";

const { NEWS_SECRET = "", CHATS = "{}", CHAT_URL = "", CHAT_BODY = "{}", CHAT_TOKEN } = process.env;
const { CHAT_TEXT = "There is a new link. Open it on your phone:" } = process.env;
const { CHAT_METHOD = "POST", PORT = "8443", HOST, TLS_CERT, TLS_KEY } = process.env;
const key = Buffer.from(NEWS_SECRET.replace(/^whsec_/, ""), "base64");
if (key.length < 24) throw new Error("NEWS_SECRET must be whsec_ and a key in Base64");
const chats = new Map(Object.entries(JSON.parse(CHATS)));
const posted = new Set(); // news may come twice

/** Whether the operator sent this, and sent it now: Standard Webhooks, with five minutes' tolerance. */
function isGenuine(headers, body) {
  const id = headers["webhook-id"];
  const time = headers["webhook-timestamp"];
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300 || !/^\d+$/.test(time ?? "")) return false;
  const expected = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
    if (chunks.reduce((sum, { length }) => sum + length, 0) > 65_536) return undefined;
  }
  return Buffer.concat(chunks);
}

async function post(id, chat, text) {
  const fill = (words, into) => into.replace(/\{(chat|text|id)\}/g, (_, name) => words[name]);
  const filled = (_, value) =>
    typeof value === "string" ? fill({ chat, text, id }, value) : value;
  const answer = await fetch(fill({ chat: encodeURIComponent(chat), id }, CHAT_URL), {
    method: CHAT_METHOD,
    headers: {
      "content-type": "application/json",
      ...(CHAT_TOKEN ? { authorization: `Bearer ${CHAT_TOKEN}` } : {}),
    },
    body: JSON.stringify(JSON.parse(CHAT_BODY, filled)),
    signal: AbortSignal.timeout(8_000),
  });
  if (!answer.ok) throw new Error(`the chat answered ${answer.status}`);
}

/** Status 204: taken. 401: not from the operator. 502: the chat failed, so send it again. */
async function receive(request) {
  const body = request.method === "POST" ? await readBody(request) : undefined;
  if (body === undefined) return 400;
  if (!isGenuine(request.headers, body)) return 401;
  const { id, subject, data } = JSON.parse(body.toString());
  const chat = chats.get(subject);
  if (chat === undefined || data.link === undefined || posted.has(id)) return 204;
  await post(id, chat, `${CHAT_TEXT}\n${data.link}`);
  if (posted.add(id).size > 1_000) posted.delete(posted.values().next().value);
  return 204;
}

async function answer(request, response) {
  const failed = (error) => (console.error(`not posted: ${error.message}`), 502);
  response.writeHead(await receive(request).catch(failed)).end();
}

const server = TLS_CERT
  ? createHttpsServer({ cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY) }, answer)
  : createHttpServer(answer);
server.listen(Number(PORT), HOST, () => console.log(`listening on ${server.address().port}`));

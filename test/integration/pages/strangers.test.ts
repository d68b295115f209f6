import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, describe, test } from "node:test";
import { PageIndex } from "../../../src/pages/io/page-index.ts";
import { sealOf } from "../../../src/pages/io/hand-over.ts";
import { usualPageLimits } from "../../../src/pages/io/serve.ts";
import { handOverBodies, largestHandOver } from "../../../src/pages/presses.ts";
import { shareKey } from "../../../src/share/tokens.ts";
import { millis } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { pageOf, pagePath } from "../../objects/served-page.ts";
import {
  type PageServer,
  exchange,
  formTarget,
  generous,
  noon,
  request,
  startPages,
  statusOf,
} from "./page-server.ts";

const open: PageServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(...given: Parameters<typeof startPages>): Promise<PageServer> {
  const server = await startPages(...given);
  open.push(server);
  return server;
}

const [presses = ""] = handOverBodies([{ page: pageOf().id, shown: noon, count: 9 }]);
const sealed = (seal: string, body = presses) =>
  `POST / HTTP/1.1\r\nhost: x\r\nauthorization: ${seal}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const wrongKey = shareKey(new Uint8Array(32).fill(8))!;

describe("a stranger", () => {
  const asked: Record<string, string | Buffer> = {
    "guesses a path": request("GET", `/${"a".repeat(26)}`),
    "guesses all but the last letter": request("GET", `/${pagePath.slice(0, -1)}a`),
    "asks for the root": request("GET", "/"),
    "asks for nothing but a question": request("GET", "/?"),
    "asks for what servers often have": request("GET", "/.well-known/security.txt"),
    "asks for metrics": request("GET", "/metrics"),
    "asks for health": request("GET", "/livez"),
    "doubles the slash": request("GET", `//${pagePath}`),
    "adds two slashes": request("GET", `/${pagePath}//`),
    "writes a letter as its code": request("GET", `/%61${pagePath.slice(1)}`),
    "writes a dot as its code": request("GET", `/%2e/${pagePath}`),
    "goes up and down": request("GET", `/x/../${pagePath}`),
    shouts: request("GET", `/${pagePath.toUpperCase()}`),
    "adds a null byte's code": request("GET", `/${pagePath}%00`),
    "adds a null byte": request("GET", `/${pagePath}\0`),
    "adds a space": request("GET", `/${pagePath} x`),
    "names the whole URL": request("GET", `http://x/${pagePath}`),
    "asks for everything": request("OPTIONS", "*"),
    "asks for a tunnel": request("CONNECT", "x:443"),
    "asks for a tunnel to a path": request("CONNECT", `/${pagePath}`),
    "sends a form to a wrong path": request("POST", `/guess?l=en&v=${(0).toString(36)}`),
    "deletes a page": request("DELETE"),
    "puts a page": "PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx",
    "uses a method that nobody knows": request("BREW"),
    "asks with a URL that is too long": request("GET", `/${"a".repeat(20_000)}`),
    "asks with a long URL": request("GET", `/${"a".repeat(7000)}`),
    "asks with a header that is too long": request("GET", undefined, [`x: ${"y".repeat(20_000)}`]),
    "asks with a thousand headers": request(
      "GET",
      "/guess",
      Array.from({ length: 1000 }, (_, at) => `x${at}: 1`),
    ),
    "names no host": "GET /guess HTTP/1.1\r\n\r\n",
    "names two hosts": "GET /guess HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "expects the impossible": request("GET", "/guess", ["expect: tea"]),
    "wants to change protocols": request("GET", "/guess", [
      "connection: upgrade",
      "upgrade: websocket",
    ]),
    "speaks HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "speaks HTTP of a version to come": "GET /guess HTTP/7.3\r\nhost: x\r\n\r\n",
    "speaks SSH": "SSH-2.0-OpenSSH_9.6\r\n",
    "speaks TLS": Buffer.from("16030100c8010000c40303", "hex"),
    "sends random bytes": Buffer.from([0, 255, 13, 10, 1, 2, 3, 13, 10, 13, 10]),
    "announces a length that is none":
      "POST /guess HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
    "announces a gigabyte": "POST /guess HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\n",
    "says in two ways how long a body is":
      "POST /guess HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "sends fifty requests at once": request("GET", "/guess").repeat(50),
    "plays a replica with another key": sealed(`Seal ${sealOf(presses, wrongKey)}`),
    "plays a replica with a seal of another body": sealed(`Seal ${sealOf("{}", wrongKey)}`),
    "plays a replica without a seal": sealed("Seal"),
    "plays a replica with a token": sealed("Bearer x"),
    "plays a replica that sends too much": sealed(
      `Seal ${"0".repeat(64)}`,
      "x".repeat(largestHandOver + 1),
    ),
  };
  for (const [name, bytes] of Object.entries(asked))
    test(`who ${name} gets the same bytes as everybody`, async () => {
      const { port, evidence, desk, failures, views, connections } = await start();
      const plain = await exchange(port, request("GET", "/favicon.ico"));
      assert.match(plain, /^HTTP\/1\.1 404 Not Found\r\n/);
      assert.doesNotMatch(plain, /proxyfleet|node|date:/i);
      assert.equal(await exchange(port, bytes), plain);
      await desk.passOn();
      assert.deepEqual([evidence, failures, views], [[], [], []]);
      await waitFor("the connection is gone", () => connections() === 0);
    });

  test("who asks with HEAD gets the head of it", async () => {
    const { port } = await start();
    const [head = ""] = (await exchange(port, request("GET", "/guess"))).split("\r\n\r\n");
    assert.equal(await exchange(port, request("HEAD", "/guess")), `${head}\r\n\r\n`);
  });

  test("makes one look for each request, whether the path was ever right or not", async () => {
    const looked: string[] = [];
    const { port, pages, index } = await start({
      find: (path) => {
        looked.push(path);
        return index.find(path);
      },
    });
    await exchange(port, request("GET"));
    pages.splice(0);
    index.changed("family");
    for (const path of [pagePath, "guess", `x/${pagePath}`]) {
      const answer = await exchange(port, request("GET", `/${path}?l=fa`));
      assert.equal(statusOf(answer), 404);
    }
    assert.deepEqual(
      looked,
      [pagePath, pagePath, "guess", `x/${pagePath}`].map((path) => `/${path}`),
    );
  });

  test("who enumerates finds nothing, and makes no fleet be looked at", async () => {
    let looks = 0;
    const index = new PageIndex({
      fleets: () => ["family"],
      pagesOf: () => {
        looks += 1;
        return [pageOf()];
      },
      failed: (error) => assert.fail(String(error)),
    });
    const { port } = await start({ find: (path) => index.find(path) });
    for (let guess = 0; guess < 300; guess++) {
      const path = `/${guess.toString(36).padStart(26, "a")}`;
      assert.equal(statusOf(await exchange(port, request("GET", path))), 404);
    }
    assert.equal(looks, 1);
  });
});

describe("under attack", () => {
  test("thousands of open connections shut nobody out", async () => {
    const { port, connections } = await start();
    const held = Array.from({ length: 4000 }, () =>
      connect(port, "127.0.0.1").on("error", () => undefined),
    );
    try {
      await waitFor("all places are taken", () => connections() === generous.connections);
      assert.equal(statusOf(await exchange(port, request("GET"))), 200);
      assert.ok(connections() <= generous.connections);
    } finally {
      held.forEach((socket) => socket.destroy());
    }
    await waitFor("all are gone", () => connections() === 0);
  });

  test("more connections in a second than it takes are closed, and it goes on", async () => {
    const connectionRate = { perSecond: 20, burst: 5 };
    const { port } = await start({ limits: { ...usualPageLimits(false), connectionRate } });
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => exchange(port, request("GET"))),
    );
    const refused = answers.filter((answer) => answer === "").length;
    assert.ok(refused > 0 && answers.every((each) => each === "" || statusOf(each) === 200));
    await waitFor("one more", async () => statusOf(await exchange(port, request("GET"))) === 200);
  });

  const slow: Record<string, (port: number) => void> = {
    "who says nothing": (port) => void connect(port, "127.0.0.1").on("error", () => undefined),
    "who sends a letter now and then": (port) => {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      const drip = setInterval(() => socket.write("G"), 20);
      socket.on("close", () => clearInterval(drip));
    },
    "who announces a body and sends none": (port) => {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      socket.write(sealed(`Seal ${"0".repeat(64)}`, "{").slice(0, -1));
    },
  };
  for (const [name, begin] of Object.entries(slow))
    test(`${name} is cut off`, async () => {
      const { port, connections } = await start({ limits: { ...generous, lifeMs: millis(500) } });
      begin(port);
      await waitFor("it is connected", () => connections() === 1, { everyMs: 5 });
      await waitFor("it is cut off", () => connections() === 0);
    });

  test("one who knows a page makes it be drawn only so often; who sees a drawn one gets it", async () => {
    const drawing = { perSecond: 0.001, burst: 1 };
    const { port, views } = await start({ limits: { ...generous, drawing } });
    assert.equal(statusOf(await exchange(port, request("GET"))), 200);
    assert.equal(statusOf(await exchange(port, request("GET", `/${pagePath}?l=fa`))), 503);
    assert.equal(statusOf(await exchange(port, request("GET"))), 200);
    assert.equal(views.length, 1);
  });

  test("a flood of presses is one report, and one page that is drawn", async () => {
    const { port, desk, evidence, views } = await start();
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 50 }, async () => exchange(port, request("POST", formTarget()))),
      );
    for (let time = 0; time < 5; time++) await desk.passOn();
    assert.equal(views.length, 1);
    assert.deepEqual(
      evidence.map(({ message }) => /pressed (\d+) times/.exec(message)?.[1]),
      ["1000"],
    );
  });

  test("presses that come all at once on one connection count once", async () => {
    const { port, desk, evidence } = await start();
    await exchange(port, request("POST", formTarget()).repeat(50));
    await desk.passOn();
    assert.deepEqual(
      evidence.map(({ message }) => message),
      ["the button was pressed once"],
    );
  });
});

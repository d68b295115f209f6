import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ownCertificate, pinOf } from "../../../src/ingestion/io/own-certificate.ts";
import { ingestionLimits, type IngestionOptions } from "../../../src/ingestion/io/serve.ts";
import { tokenHash } from "../../../src/ingestion/io/tokens.ts";
import { largestBody, type SentResult } from "../../../src/probe/protocol.ts";
import type { Target } from "../../../src/reachability/sources/source.ts";
import { millis, seconds } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import {
  type Endpoint,
  exchange,
  noon,
  noWork,
  received,
  request,
  startEndpoint,
  statusOf,
  tehran,
} from "./endpoint.ts";

const target: Target = {
  address: "203.0.113.9",
  ports: [{ listener: "chat", port: 443 }],
  certificateSHA256: "ab".repeat(32),
  mediaServerName: "whatsapp.net",
};
const result: SentResult = {
  number: 1,
  address: target.address,
  listener: "chat",
  ageMs: 60_000,
  outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } },
};
const batch = (given: object = {}, results: readonly object[] = [result]) =>
  JSON.stringify({ run: "0123456789abcdef", results, ...given });
const generous = { ...ingestionLimits, connectionRate: { perSecond: 1e6, burst: 1e6 } };

const open: Endpoint[] = [];
afterEach(async () => {
  for (const endpoint of open.splice(0)) await endpoint.close();
});

async function start(given: Partial<IngestionOptions> = {}): Promise<Endpoint> {
  const endpoint = await startEndpoint({
    targetsFor: () => ({ ...noWork, targets: [target] }),
    limits: generous,
    ...given,
  });
  open.push(endpoint);
  return endpoint;
}

/** Without what differs from one second to the next. */
const undated = (answer: string) => answer.replace(/^date: .*\r\n/im, "");

describe("the endpoint for agents", () => {
  test("hands out what to test", async () => {
    const { port } = await start();
    const answer = await exchange(port, request("GET"));
    assert.equal(statusOf(answer), 200);
    const assignment = JSON.parse(answer.split("\r\n\r\n")[1] ?? "") as { targets: Target[] };
    assert.deepEqual(assignment.targets, [target]);
  });

  test("takes what was found, and passes it on as evidence", async () => {
    const { port, evidence } = await start();
    const answer = await exchange(port, request("POST", { body: batch() }));
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /\{"upTo":1\}$/);
    assert.equal(evidence[0]?.vantagePoint, "tehran");
    assert.equal(evidence[0]?.at, noon - 60_000);
  });

  test("takes a batch once, however often it comes", async () => {
    const { port, evidence } = await start();
    const body = batch({}, [result, { ...result, number: 2 }]);
    for (let time = 0; time < 5; time++) {
      const answer = await exchange(port, request("POST", { body }));
      assert.match(answer, /\{"upTo":2\}$/);
    }
    const more = batch({}, [
      { ...result, number: 2 },
      { ...result, number: 3 },
    ]);
    await exchange(port, request("POST", { body: more }));
    assert.equal(evidence.length, 3);
  });

  test("the same batch twice at once counts once", async () => {
    const { promise: goOn, resolve: release } = Promise.withResolvers<void>();
    let calls = 0;
    const { port } = await start({
      received: async () => {
        calls += 1;
        await goOn;
      },
    });
    const first = exchange(port, request("POST", { body: batch() }));
    await waitFor("the first is under way", () => calls === 1);
    assert.equal(statusOf(await exchange(port, request("POST", { body: batch() }))), 429);
    release();
    assert.equal(statusOf(await first), 200);
    assert.equal(statusOf(await exchange(port, request("POST", { body: batch() }))), 200);
    assert.equal(calls, 1);
  });

  test("gives no receipt for what could not be passed on, and takes it the next time", async () => {
    let works = false;
    const taken: number[] = [];
    const { port, failures } = await start({
      received: async (evidence) => {
        if (!works) throw new Error("there is no leader");
        taken.push(evidence.length);
      },
    });
    assert.equal(statusOf(await exchange(port, request("POST", { body: batch() }))), 503);
    assert.equal(failures.length, 1);
    works = true;
    assert.equal(statusOf(await exchange(port, request("POST", { body: batch() }))), 200);
    assert.deepEqual(taken, [1]);
  });

  test("is done with a token as soon as it is taken back", async () => {
    const known = [tehran];
    const { port, evidence, remembered } = await start({ vantagePoints: () => known });
    await exchange(port, request("POST", { body: batch() }));
    known.splice(0, 1, { ...tehran, name: "shiraz", tokenSHA256: tokenHash("another") });
    const body = batch({}, [{ ...result, number: 2 }]);
    assert.equal(statusOf(await exchange(port, request("POST", { body }))), 404);
    assert.equal(evidence.length, 1);
    await exchange(port, request("GET", { bearer: "another" }));
    await exchange(port, request("GET", { bearer: "another" }));
    assert.ok(remembered() <= 2, "what the old token left is forgotten");
  });

  test("serves another certificate when it is given one", async () => {
    const { port, useCertificate, certificate } = await start();
    const next = await ownCertificate(noon, Math.random);
    useCertificate(next);
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const seen = socket.getPeerX509Certificate()?.toString() ?? "";
    socket.destroy();
    assert.equal(pinOf({ cert: seen }), pinOf(next));
    assert.notEqual(pinOf({ cert: seen }), pinOf(certificate));
  });
});

describe("a stranger", () => {
  const asked: Record<string, string> = {
    "asks without a token": "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "has a wrong token": request("GET", { bearer: "A".repeat(32) }),
    "has the token in pieces": request("GET", { bearer: "AEAQ" }),
    "sends results with a wrong token": request("POST", { bearer: "wrong", body: batch() }),
    "asks for another page": "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n",
    "asks for something unusual": "PROPFIND / HTTP/1.1\r\nhost: x\r\n\r\n",
    "expects to be asked on":
      "POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n",
    "expects the impossible": "GET / HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n",
    "wants to change protocols":
      "GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "announces a gigabyte": "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\n",
    "is an agent on a wrong path": request("GET", { path: "/v1" }),
    "is an agent that deletes": request("DELETE"),
    "is an agent that sends nonsense": request("POST", { body: "{" }),
    "is an agent that sends more than it may": request("POST", {
      body: "x".repeat(largestBody.request + 1),
    }),
    "is an agent that sends fields that nobody knows": request("POST", {
      body: batch({ sudo: true }),
    }),
  };
  for (const [name, bytes] of Object.entries(asked))
    test(`who ${name} gets the page of any web server`, async () => {
      const { port, evidence } = await start();
      const plain = undated(await exchange(port, "GET /favicon.ico HTTP/1.1\r\nhost: x\r\n\r\n"));
      assert.match(plain, /^HTTP\/1\.1 404 Not Found\r\n/);
      assert.doesNotMatch(plain, /proxyfleet|node|express/i);
      assert.equal(undated(await exchange(port, bytes)), plain);
      assert.deepEqual(evidence, []);
    });

  const garbage: Record<string, string | Buffer> = {
    "what is no HTTP": "SSH-2.0-OpenSSH_9.6\r\n",
    "a header that does not end": `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}`,
    "a length that is none": "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n",
    "two ways to say how long a body is":
      "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "random bytes": Buffer.from([0, 255, 13, 10, 1, 2, 3, 13, 10, 13, 10]),
  };
  for (const [name, bytes] of Object.entries(garbage))
    test(`${name} gets the page too, and is hung up on`, async () => {
      const { port, connections } = await start();
      assert.match(await exchange(port, bytes), /^HTTP\/1\.1 404 Not Found\r\n/);
      await waitFor("the connection is gone", () => connections() === 0);
    });

  test("who speaks no TLS gets nothing", async () => {
    const { port, connections } = await start();
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    socket.end("GET / HTTP/1.1\r\n\r\n");
    await once(socket.resume(), "close");
    await waitFor("the connection is gone", () => connections() === 0);
  });

  test("a body in endless chunks is not read to its end", async () => {
    const { port } = await start();
    const head = `POST / HTTP/1.1\r\nauthorization: Bearer ${request("GET").split("Bearer ")[1]?.slice(0, 32) ?? ""}\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`;
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    const answer = received(socket);
    socket.write(head);
    const more = setInterval(() => socket.write(chunk), 1);
    assert.equal(statusOf(await answer), 404);
    clearInterval(more);
  });
});

describe("under attack", () => {
  test("one token may ask so often, and no more", async () => {
    const { port } = await start();
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async () => statusOf(await exchange(port, request("GET")))),
    );
    const refused = statuses.filter((status) => status === 429).length;
    assert.ok(refused > 0 && refused <= 40, `${refused} of 100 refused`);
    assert.ok(statuses.every((status) => status === 200 || status === 429));
  });

  test("more connections in a second than it takes are closed, and it goes on", async () => {
    const { port, connections } = await start({
      limits: { ...ingestionLimits, connectionRate: { perSecond: 20, burst: 5 } },
    });
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => exchange(port, "GET / HTTP/1.1\r\nhost: x\r\n\r\n")),
    );
    const answered = answers.filter((answer) => answer !== "").length;
    assert.ok(answered >= 5 && answered < 150, `${answered} of 200 were answered`);
    await waitFor("all are gone", () => connections() === 0);
    await waitFor(
      "it takes one more",
      async () => statusOf(await exchange(port, request("GET"))) === 200,
    );
  });

  test("who holds all places shuts no agent out", async () => {
    const { port, connections } = await start({ limits: { ...generous, connections: 10 } });
    const held = Array.from({ length: 50 }, () =>
      connect(port, "127.0.0.1").on("error", () => undefined),
    );
    await waitFor("the places are taken", () => connections() === 10);
    assert.equal(statusOf(await exchange(port, request("GET"))), 200);
    assert.ok(connections() <= 10);
    held.forEach((socket) => socket.destroy());
  });

  const slow: Record<string, (port: number) => void> = {
    "who says nothing": (port) => void connect(port, "127.0.0.1").on("error", () => undefined),
    "who sends a letter now and then": (port) => {
      const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      socket.on("error", () => socket.destroy());
      const drip = setInterval(() => socket.write("G"), 20);
      socket.on("close", () => clearInterval(drip));
    },
  };
  for (const [name, begin] of Object.entries(slow))
    test(`${name} is cut off`, async () => {
      const limits = { ...generous, lifeMs: millis(500), handshakeMs: seconds(10) };
      const { port, connections } = await start({ limits });
      begin(port);
      await waitFor("it is connected", () => connections() === 1, { everyMs: 5 });
      await waitFor("it is cut off", () => connections() === 0);
    });

  test("a handshake that is not finished is cut off before", async () => {
    const limits = { ...generous, lifeMs: seconds(600), handshakeMs: millis(200) };
    const { port, connections } = await start({ limits });
    connect(port, "127.0.0.1").on("error", () => undefined);
    await waitFor("it is connected", () => connections() === 1, { everyMs: 5 });
    await waitFor("it is cut off", () => connections() === 0);
  });

  test("an agent that starts a new run each time is not remembered for ever", async () => {
    const { port, remembered } = await start();
    for (let run = 0; run < 40; run++) {
      const body = batch({ run: run.toString(16).padStart(16, "0") });
      await exchange(port, request("POST", { body }));
    }
    assert.ok(remembered() <= 17, `${remembered()} entries`);
  });

  test("a thousand hostile requests leave no memory behind", async () => {
    const { port, connections, remembered, failures } = await start();
    const attack = async (count: number) => {
      const huge = request("POST", { bearer: "A".repeat(32), body: "x".repeat(100_000) });
      for (let sent = 0; sent < count; sent += 20)
        await Promise.all(
          Array.from({ length: 20 }, async (_, index) =>
            exchange(port, index % 2 === 0 ? huge : "garbage\r\n\r\n"),
          ),
        );
      await waitFor("all are gone", () => connections() === 0);
    };
    await attack(200);
    const before = heapInUse();
    await attack(1000);
    const grown = heapInUse() - before;
    assert.ok(grown < 4_000_000, `${grown} bytes more`);
    assert.deepEqual([remembered(), failures.length], [0, 0]);
  });
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

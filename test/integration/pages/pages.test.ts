import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { ownCertificate } from "../../../src/ingestion/io/own-certificate.ts";
import { pageOf, pagePath } from "../../objects/served-page.ts";
import {
  type PageServer,
  exchange,
  exchangeTls,
  formTarget,
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

describe("whoever knows a page", () => {
  test("gets it, in their language", async () => {
    const { port } = await start();
    const answer = await exchange(port, request("GET", undefined, ["accept-language: fa"]));
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /\r\ncontent-language: fa\r\n/);
    assert.match(answer, /<html lang="fa" class="screen"><p>203\.0\.113\.9<\/p>/);
  });

  test("gets it as a folder too, as it is where it is exported", async () => {
    const { port } = await start();
    const [plain, folder] = [request("GET"), request("GET", `/${pagePath}/`)];
    assert.equal(await exchange(port, folder), await exchange(port, plain));
  });

  test("gets none from a replica that hears nothing more of moves, as nobody does", async () => {
    const { port } = await start({ isCurrent: () => false });
    const known = await exchange(port, request("GET"));
    assert.equal(statusOf(known), 503);
    assert.equal(await exchange(port, request("GET", "/wrong")), known);
  });

  test("gets no header that Node adds, and none that names the program", async () => {
    const { port } = await start();
    const head = (await exchange(port, request("GET"))).split("\r\n\r\n")[0] ?? "";
    const names = head.split("\r\n").flatMap((line) => line.split(": ").slice(0, -1));
    assert.deepEqual(names, [
      "content-type",
      "content-length",
      "content-language",
      "cache-control",
      "vary",
      "content-security-policy",
      "x-frame-options",
      "x-content-type-options",
      "referrer-policy",
      "x-robots-tag",
      "connection",
    ]);
  });

  test("gets for HEAD what a GET begins with", async () => {
    const { port } = await start();
    const [head, body] = (await exchange(port, request("GET"))).split("\r\n\r\n");
    assert.ok(body !== "");
    assert.equal(await exchange(port, request("HEAD")), `${head}\r\n\r\n`);
  });

  test("sees a move at the next look, and a path that was revoked leads nowhere", async () => {
    const { port, pages, index } = await start();
    await exchange(port, request("GET"));
    const { share } = pageOf();
    const published = { ...share.published!, host: "203.0.113.44" };
    pages[0] = { ...pageOf(), share: { ...share, published } };
    index.changed("family");
    assert.match(await exchange(port, request("GET")), /<p>203\.0\.113\.44<\/p>/);
    pages.splice(0);
    index.changed("family");
    assert.equal(
      await exchange(port, request("GET")),
      await exchange(port, request("GET", "/guess")),
    );
  });

  test("gets it over HTTPS where there is a certificate", async () => {
    const certificate = await ownCertificate(noon, Math.random);
    const { port } = await start({ certificate });
    assert.equal(statusOf(await exchangeTls(port, request("GET"))), 200);
    assert.equal(await exchange(port, request("GET")), "");
  });

  test("reports with the button, and sees that it was received", async () => {
    const { port, desk, evidence } = await start();
    const answer = await exchange(port, request("POST", formTarget()));
    assert.equal(statusOf(answer), 200);
    assert.match(answer, /class="received"/);
    await desk.passOn();
    assert.deepEqual(
      evidence.map(({ by, country, address, message }) => [by, country, address, message]),
      [["Page", "IR", "203.0.113.9", "the button was pressed once"]],
    );
  });

  test("reports nothing by a page from before a move, and gets the present one", async () => {
    const { port, desk, evidence } = await start();
    const answer = await exchange(port, request("POST", `/${pagePath}?l=en&v=1`));
    assert.match(answer, /class="offered"/);
    await desk.passOn();
    assert.deepEqual(evidence, []);
  });

  test("gets it whatever an app or a proxy adds to the request", async () => {
    const { port } = await start();
    for (const bytes of [
      request("GET", `/${pagePath}?fbclid=x`),
      request("GET", undefined, ["connection: upgrade, http2-settings", "upgrade: h2c"]),
      `GET /${pagePath} HTTP/1.0\r\n\r\n`,
      request("POST", formTarget(), ["expect: 100-continue"]),
      `POST ${formTarget()} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ])
      assert.equal(statusOf(await exchange(port, bytes)), 200, bytes);
  });
});

describe("what fails", () => {
  test("in drawing a page is an error of ours, and the next one works", async () => {
    let fails = true;
    const { port, failures } = await start({
      render: () => {
        if (fails) throw new Error("no");
        return "<p>";
      },
    });
    assert.equal(statusOf(await exchange(port, request("GET"))), 503);
    assert.equal(failures.length, 1);
    fails = false;
    assert.equal(statusOf(await exchange(port, request("GET"))), 200);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { tryKubectl } from "../stage/kubectl.ts";
import { chat, Crowd, Holder, media, whatsapp } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { migration } from "./journeys.ts";
import { OldProxy } from "./old-proxy.ts";
import { Reader } from "./reader.ts";
import { pageOf, tryBlocks } from "./try-blocks.ts";

const wayBack = "The way back";

describe("docs/migrate.md, with people on the old proxy", () => {
  const old = new OldProxy();
  const address = { host: old.address, chat: 443, media: 587 };
  const reader = new Reader();
  const { blocks } = pageOf(migration);
  let crowd: Crowd;
  let holder: Holder;
  let oldCertificate: string | undefined;
  before(async () => {
    const { certificateSHA256 } = await whatsapp();
    await old.install();
    oldCertificate = (await waitFor("the old proxy to serve", async () => chat(address))).handshake
      ?.certificateSHA256;
    holder = await Holder.at(address);
    crowd = new Crowd(async () => [address], certificateSHA256);
  });
  after(async () => {
    holder?.leave();
    reader.leave();
    await tryKubectl("delete", "wap", "moved", "-n", "proxies", "--timeout=60s");
    await tryKubectl("delete", "wapa", "-l", "proxyfleet.dev/fleet=moved", "--timeout=60s");
    await tryKubectl("delete", "wapool", "moved", "--ignore-not-found");
    await old.remove();
  });

  tryBlocks(
    blocks.filter(({ heading }) => heading !== wayBack),
    migration,
    reader,
  );

  test("the address that people have leads to the new fleet, on both ports", async () => {
    const { handshake } = await chat(address);
    assert.notEqual(handshake?.certificateSHA256, oldCertificate);
    await media(address);
  });

  test("somebody who was on the old proxy talks on", async () => {
    const { echoes } = holder;
    await waitFor("more echoes", async () => holder.echoes > echoes + 1);
  });

  test("new connections failed only while the address was handed over", async (t) => {
    const { connections, slowestMs } = await crowd.goHome();
    const times = crowd.failures.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    const gap = times.length === 0 ? 0 : (times.at(-1)! - times[0]!) / 1000;
    t.diagnostic(
      `${times.length} of ${connections} connections failed, within ${gap} s; the slowest took ${slowestMs} ms`,
    );
    assert.ok(
      times.length < connections / 10,
      `${times.length} of ${connections} connections failed`,
    );
  });

  tryBlocks(
    blocks.filter(({ heading }) => heading === wayBack),
    migration,
    reader,
  );
  test("the address leads to the old proxy again", async () => {
    await waitFor("chat", async () => chat(address));
    await waitFor("media", async () => media(address));
  });
});

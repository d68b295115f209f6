import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openTcp, openTls } from "../../../src/probe/io/connect.ts";
import { stepLimits, testPort } from "../../../src/probe/io/test-port.ts";
import { transfer } from "../../../src/probe/io/transfer.ts";
import { haproxyInput, renderHaproxyConfig } from "../../../src/proxy/haproxy.ts";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { startWhatsApp, type WhatsApp } from "../../stand-ins/whatsapp/start.ts";
import { lanePort } from "../../../src/ledger/lanes.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { specOf } from "../../unit/proxy/sample.ts";
import { closedPort } from "./servers.ts";

const haproxy = process.env["PROXYFLEET_HAPROXY"] ?? "haproxy";
const version = spawnSync(haproxy, ["-v"], { encoding: "utf8" }).stdout ?? "";
const skip = /^HAProxy version [3-9]/.test(version)
  ? false
  : `NOT TESTED: "${haproxy}" is not HAProxy 3.0 or later. Name one in PROXYFLEET_HAPROXY.`;

const never = new AbortController().signal;
const options = { limits: stepLimits, stop: never, moves: true };

describe("through HAProxy as a proxy pod has it", { skip }, () => {
  let directory = "";
  let certificateSHA256 = "";
  let whatsapp: WhatsApp;
  let child: ReturnType<typeof spawn>;
  let ports: { chat: number; media: number };

  before(async () => {
    whatsapp = await startWhatsApp({
      host: "127.0.0.1",
      chatPort: 0,
      mediaPort: 0,
      countersPort: 0,
      proxyProtocol: "V2",
    });
    directory = mkdtempSync(join(tmpdir(), "proxyfleet-probe-"));
    mkdirSync(join(directory, "lanes"));
    const { pem, sha256 } = await issueCertificate(Date.now(), Math.random);
    certificateSHA256 = sha256;
    writeFileSync(join(directory, "lanes", "0.pem"), pem);
    writeFileSync(
      join(directory, "lanes", "0.tickets"),
      `${Buffer.alloc(80).toString("base64")}\n`.repeat(3),
    );
    writeFileSync(join(directory, "lanes", "0.proxies"), "");
    ports = { chat: await closedPort(), media: await closedPort() };
    writeFileSync(join(directory, "haproxy.cfg"), configuration());
    child = spawn(haproxy, ["-f", join(directory, "haproxy.cfg")], { stdio: "ignore" });
    await waitFor("HAProxy listens", async () => isOpen(ports.media));
  });

  after(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
    whatsapp.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The configuration of a fleet's pods, with the lane on two free ports of this machine. */
  function configuration(): string {
    const local = (port: number) => `127.0.0.1:${String(port)}`;
    const upstream = {
      chat: { servers: [local(whatsapp.chatPort)], fallback: [], proxyProtocol: "V2" },
      media: { servers: [local(whatsapp.mediaPort)] },
    };
    const config = renderHaproxyConfig(
      haproxyInput(specOf({ upstream, limits: { maxConnections: 100 } }), 1, {
        seed: "probe",
        privateNetworks: ["127.0.0.0/8"],
      }),
    );
    return config
      .replaceAll("/run/proxyfleet/", `${directory}/`)
      .replace(bindOf("chat"), local(ports.chat))
      .replace(bindOf("media"), local(ports.media));
  }

  function bindOf(listener: "chat" | "media"): RegExp {
    const port = String(lanePort(0, listener));
    return new RegExp(`0\\.0\\.0\\.0:${port},\\[::\\]:${port} v6only`);
  }

  test("chat is known by the lane's certificate, and nothing is opened at WhatsApp", async () => {
    const before = whatsapp.report.chat.headers.v2;
    const chat = { address: "127.0.0.1", port: ports.chat, listener: "chat" } as const;
    const target = { ...chat, certificateSHA256, mediaServerName: "whatsapp.net" };
    assert.deepEqual(await testPort(target, options), { kind: "Worked", upTo: "certificate" });
    assert.equal(whatsapp.report.chat.headers.v2, before);
    assert.deepEqual(whatsapp.report.chat.faults, {});
  });

  test("48 KB go through media, to the played WhatsApp and back", async () => {
    const limit = { ms: stepLimits.transfer, stop: never };
    const socket = await openTcp({ host: "127.0.0.1", port: ports.media }, limit);
    const secure = await openTls(socket, { serverName: "whatsapp.net" }, limit);
    const pipe = { socket, secure, host: "whatsapp.net" };
    const { stall: stallMs, crawl: crawlMs } = stepLimits;
    assert.equal(await transfer(pipe, { ...limit, stallMs, crawlMs }), "Whole");
    assert.deepEqual(whatsapp.report.media.faults, {});
  });

  test("media that leads to someone else than WhatsApp is not taken for it", async () => {
    const media = { address: "127.0.0.1", port: ports.media, listener: "media" } as const;
    const target = { ...media, certificateSHA256, mediaServerName: "whatsapp.net" };
    assert.deepEqual(await testPort(target, options), {
      kind: "Failed",
      at: "upstream",
      failure: { kind: "WrongCertificate" },
    });
  });
});

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

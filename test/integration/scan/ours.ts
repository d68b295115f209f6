import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createPlainServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { haproxyInput, renderHaproxyConfig } from "../../../src/proxy/haproxy.ts";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { lanePort } from "../../../src/ledger/lanes.ts";
import { freePorts } from "../../../tooling/free-ports.ts";
import { makePem } from "../../stand-ins/whatsapp/certificate.ts";
import { specOf } from "../../unit/proxy/sample.ts";
import type { Target, Targets } from "./target.ts";

/** Lanes of each fleet: twenty in all. */
const banks = [7, 7, 6];

/** Three fleets, each a real HAProxy with the configuration that its pods would have. */
export async function startFleets(haproxy: string): Promise<Targets> {
  const [chat, media] = [closing(), await whatsAppMedia()];
  await Promise.all(
    [chat, media].map((server) => once(server.listen(0, "127.0.0.1"), "listening")),
  );
  const fleets = await Promise.all(
    banks.map(async (bank, index) =>
      startFleet(
        { name: `fleet ${index}`, bank, chat: portOf(chat), media: portOf(media) },
        haproxy,
      ),
    ),
  );
  return {
    targets: fleets.flatMap(({ targets }) => targets),
    stop: async () => {
      await Promise.all(fleets.map(async ({ stop }) => stop()));
      for (const server of [chat, media]) server.close();
    },
  };
}

interface Fleet {
  readonly name: string;
  readonly bank: number;
  readonly chat: number;
  readonly media: number;
}

async function startFleet({ name, bank, chat, media }: Fleet, haproxy: string): Promise<Targets> {
  const folder = await mkdtemp(join(tmpdir(), "proxyfleet-scan-"));
  const ports = await freePorts(2 * bank);
  const upstream = {
    chat: { servers: [`127.0.0.1:${chat}`], fallback: [], proxyProtocol: "None" },
    media: { servers: [`127.0.0.1:${media}`] },
  };
  const spec = specOf({ upstream, limits: { maxConnections: 2_000 } });
  const cluster = { seed: crypto.randomUUID(), privateNetworks: ["127.0.0.0/8"] };
  const config = Array.from({ length: bank }).reduce<string>(
    (text, _, lane) =>
      text
        .replace(bindOf(lane, "chat"), `127.0.0.1:${ports[2 * lane]}`)
        .replace(bindOf(lane, "media"), `127.0.0.1:${ports[2 * lane + 1]}`),
    renderHaproxyConfig(haproxyInput(spec, bank, cluster)).replaceAll(
      "/run/proxyfleet/",
      `${folder}/`,
    ),
  );
  await mkdir(join(folder, "lanes"));
  await Promise.all(Array.from({ length: bank }, async (_, lane) => writeLane(folder, lane)));
  await writeFile(join(folder, "haproxy.cfg"), config);
  const child = spawn(haproxy, ["-db", "-f", join(folder, "haproxy.cfg")], { stdio: "ignore" });
  const targets = Array.from({ length: bank }, (_, lane): Target => ({
    name: `${name}, lane ${lane}`,
    group: name,
    port: ports[2 * lane] ?? 0,
    mediaPort: ports[2 * lane + 1] ?? 0,
  }));
  return {
    targets,
    stop: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
      await rm(folder, { recursive: true });
    },
  };
}

function bindOf(lane: number, listener: "chat" | "media"): string {
  const port = lanePort(lane, listener);
  return `0.0.0.0:${port},[::]:${port} v6only`;
}

async function writeLane(folder: string, lane: number): Promise<void> {
  const file = (extension: string) => join(folder, "lanes", `${lane}.${extension}`);
  const { pem } = await issueCertificate(Date.now(), Math.random);
  const keys = Array.from({ length: 3 }, () => `${randomBytes(80).toString("base64")}\n`);
  await writeFile(file("pem"), pem);
  await writeFile(file("tickets"), keys.join(""));
  await writeFile(file("proxies"), "");
}

/** Whatever WhatsApp's chat servers say to strangers: nobody has asked them here. It hangs up. */
function closing(): Server {
  return createPlainServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.end());
  });
}

/** WhatsApp's media servers show their own certificate. */
async function whatsAppMedia(): Promise<Server> {
  const pem = await makePem("whatsapp.net");
  return createTlsServer({ cert: pem, key: pem }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  }).on("tlsClientError", (_, socket) => socket.destroy());
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

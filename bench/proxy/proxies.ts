import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { issueCertificate } from "../../src/proxy/io/issue-certificate.ts";
import type { HaproxyInput } from "../../src/proxy/haproxy.ts";
import { lanePort } from "../../src/ledger/lanes.ts";
import { compressed } from "../../src/proxy/compressed.ts";
import { renderPodConfig } from "../../src/proxy/pod-config.ts";
import { answers, Child } from "./child.ts";
import { freePorts } from "../../tooling/free-ports.ts";
import { bareSplice, officialValues } from "./compared.ts";
import { issueRsaCertificate } from "./rsa-certificate.ts";

/**
 * What is compared: our pod, HAProxy with the official image's values, and HAProxy that only passes
 * bytes on.
 */
export const contenders = ["ours", "official", "bare"] as const;
export type Contender = (typeof contenders)[number];

/** A proxy that runs. */
export interface Proxy {
  /** The process that carries the connections. */
  readonly pid: number;
  readonly media: number;
  /** The bare splice has none. */
  readonly chat?: number;
  stop(): Promise<void>;
}

/** What the bench runs, and where it keeps its files. */
export interface Programs {
  readonly haproxy: string;
  readonly supervisor: string;
  readonly folder: string;
  /** Where the upstream answers, on loopback. */
  readonly upstreamPort: number;
}

/** Starts a contender anew, and waits until it takes connections. */
export async function startProxy(contender: Contender, programs: Programs): Promise<Proxy> {
  return { ours: startOurs, official: startOfficial, bare: startBare }[contender](programs);
}

/** The fleet that is measured: its defaults, two slots. */
function fleetOf(bank: number, { upstreamPort }: Programs): HaproxyInput {
  const servers = [`127.0.0.1:${upstreamPort}`];
  return {
    listeners: {},
    upstream: {
      chat: { servers, proxyProtocol: "V2" },
      media: { servers },
      privateNetworks: ["127.0.0.0/8"],
    },
    limits: {
      maxConnections: 27_500,
      connectionsPerClient: 0,
      connectionRatePerClient: 0,
      clientsSeen: "WithProxyHeader",
    },
    bank,
    strangers: { seed: "bench", decoy: "Page", serverNames: [] },
  };
}

/**
 * Writes what a pod finds mounted: the real renderer's Secret, with lane 0 open. Gives the folder.
 */
export async function mountedFiles(bank: number, programs: Programs): Promise<string> {
  const folder = join(programs.folder, "mounted");
  await mkdir(folder, { recursive: true });
  const { pem, sha256 } = await issueCertificate(Date.now(), Math.random);
  const lane = {
    lane: 0,
    address: "ip-192-0-2-1",
    uid: "bench",
    certificateSHA256: sha256,
    pem,
    tickets: { secret: Buffer.alloc(32, 1).toString("base64"), since: "2026-01-01T00:00:00Z" },
    proxiesFrom: [],
  };
  const files = renderPodConfig({ ...fleetOf(bank, programs), open: [lane] }, (text) =>
    createHash("sha256").update(text).digest("hex"),
  );
  await Promise.all(
    Object.entries(compressed(files)).map(([name, content]) =>
      writeFile(join(folder, name), content),
    ),
  );
  return folder;
}

/** A supervisor that was started. */
export interface Supervisor {
  readonly child: Child;
  readonly runDirectory: string;
  readonly statusPort: number;
}

/** Our pod: the supervisor, and HAProxy with what it fits to this machine. */
export async function startSupervisor(
  mounted: string,
  { supervisor, haproxy, folder }: Programs,
): Promise<Supervisor> {
  const [statusPort = 0] = await freePorts(1);
  const runDirectory = join(folder, "run");
  const flags = [
    "--config-dir",
    mounted,
    "--run-dir",
    runDirectory,
    "--haproxy",
    haproxy,
    "--listen",
    `127.0.0.1:${statusPort}`,
  ];
  return { child: new Child(supervisor, flags), runDirectory, statusPort };
}

/** Waits until a supervisor says that its lanes are bound. */
export async function supervisorReady({ child, statusPort }: Supervisor): Promise<void> {
  await child.waitUntil("the supervisor to be ready", async () => {
    const response = await fetch(`http://127.0.0.1:${statusPort}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  });
}

async function startOurs(programs: Programs): Promise<Proxy> {
  const supervisor = await startSupervisor(await mountedFiles(8, programs), programs);
  await supervisorReady(supervisor);
  const pid = await workerOf(join(supervisor.runDirectory, "admin.sock"));
  return {
    pid,
    chat: lanePort(0, "chat"),
    media: lanePort(0, "media"),
    stop: async () => supervisor.child.leave(),
  };
}

/** HAProxy's worker process, from its command socket. */
async function workerOf(socketPath: string): Promise<number> {
  const socket = connect(socketPath).setEncoding("utf8");
  let said = "";
  socket.on("data", (text: string) => (said += text));
  socket.end("show info\n");
  await once(socket, "close");
  return Number(/^Pid: (\d+)$/m.exec(said)?.[1]);
}

async function startOfficial(programs: Programs): Promise<Proxy> {
  const certificate = join(programs.folder, "rsa-4096.pem");
  const made = await readFile(certificate).catch(() => undefined);
  if (made === undefined) await writeFile(certificate, await issueRsaCertificate());
  const [chat = 0, media = 0] = await freePorts(2);
  return startAlone(
    "official",
    {
      config: officialValues(certificate, { chat, media }, programs.upstreamPort),
      ports: { chat, media },
    },
    programs,
  );
}

async function startBare(programs: Programs): Promise<Proxy> {
  const [media = 0] = await freePorts(1);
  return startAlone(
    "bare",
    { config: bareSplice(media, programs.upstreamPort), ports: { media } },
    programs,
  );
}

/** HAProxy as one process. */
async function startAlone(
  name: string,
  {
    config,
    ports,
  }: {
    readonly config: string;
    readonly ports: { readonly media: number; readonly chat?: number };
  },
  { haproxy, folder }: Programs,
): Promise<Proxy> {
  const file = join(folder, `${name}.cfg`);
  await writeFile(file, config);
  const child = new Child(haproxy, ["-db", "-f", file]);
  await child.waitUntil(`${name} to take connections`, async () => answers(ports.media));
  return { pid: child.pid, ...ports, stop: async () => child.stop() };
}

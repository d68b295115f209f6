import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ChatResult } from "../../stand-ins/client/chat.ts";
import type { CrowdState } from "../../stand-ins/client/crowd.ts";
import { type DarkResult, type PortAnswer, isSilent } from "../../stand-ins/client/dark.ts";
import type { HoldResult } from "../../stand-ins/client/hold.ts";
import type { LoadFailure, LoadSummary, PublishedAddress } from "../../stand-ins/client/load.ts";
import type { Nuisance, PesterResult } from "../../stand-ins/client/pester.ts";
import type { MediaResult } from "../../stand-ins/client/media.ts";
import type { WhatsAppReport } from "../../stand-ins/whatsapp/counters.ts";
import { run } from "./process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const standIns = join(import.meta.dirname, "../../stand-ins");

/** How long people wait for an answer before they give up. A phone waits longer. */
const patienceMs = 15_000;

/** A command on one of the test hosts around the cluster. */
export function at(host: "meta" | "inside" | "abroad", ...args: readonly string[]): string[] {
  return ["nsenter", `--net=/run/netns/${host}`, process.execPath, ...args];
}

/** What a client on a host prints as its one result. */
export async function client<Result>(
  host: "meta" | "inside" | "abroad",
  ...args: readonly string[]
): Promise<Result> {
  const { stdout, stderr } = await run(at(host, join(standIns, "client.ts"), ...args));
  const result = JSON.parse(
    stdout === "" ? `{"event":"failed","message":${JSON.stringify(stderr)}}` : stdout,
  ) as Result & {
    event: string;
    message?: string;
  };
  if (result.event === "failed") throw new Error(`client ${args.join(" ")}: ${result.message}`);
  return result;
}

export async function chat({ host, chat: port }: PublishedAddress): Promise<ChatResult> {
  return client("inside", "chat", host, String(port));
}

export async function media({ host, media: port }: PublishedAddress): Promise<MediaResult> {
  return client("inside", "media", host, String(port));
}

export async function dark({
  host,
  chat: chatPort,
  media: mediaPort,
}: PublishedAddress): Promise<DarkResult> {
  return client("inside", "dark", host, String(chatPort), String(mediaPort));
}

/**
 * WhatsApp on its host, started if nobody plays it yet. It takes any PROXY header and tells which
 * one it got.
 */
export async function whatsapp(): Promise<WhatsAppReport> {
  const report = async () => client<WhatsAppReport>("meta", "counters");
  try {
    return await report();
  } catch {
    const [program = "", ...args] = at(
      "meta",
      join(standIns, "whatsapp.ts"),
      "--proxy-protocol",
      "any",
    );
    spawn(program, args, { detached: true, stdio: "ignore" }).unref();
    return waitFor("WhatsApp to be played on its host", report, { seconds: 20 });
  }
}

/** Somebody who holds a chat connection and talks on it. */
export class Holder {
  readonly ended: Promise<HoldResult>;
  echoes = 0;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, opened: () => void) {
    this.#child = child;
    this.ended = this.#follow(opened);
  }

  static async at({ host, chat: port }: PublishedAddress): Promise<Holder> {
    const [program = "", ...args] = at(
      "inside",
      join(standIns, "client.ts"),
      "hold",
      host,
      String(port),
    );
    const opened = Promise.withResolvers<void>();
    const holder = new Holder(
      spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] }),
      opened.resolve,
    );
    await Promise.race([
      opened.promise,
      holder.ended.then((end) =>
        Promise.reject(new Error(`the held connection ended at once: ${end.how}`)),
      ),
    ]);
    return holder;
  }

  leave(): void {
    this.#child.kill();
  }

  async #follow(opened: () => void): Promise<HoldResult> {
    for await (const line of createInterface({ input: this.#child.stdout! })) {
      const event = JSON.parse(line) as {
        event: string;
        echoes?: number;
        message?: string;
      } & HoldResult;
      if (event.event === "open") opened();
      if (event.echoes !== undefined) this.echoes = event.echoes;
      if (event.event === "closed") return event;
      if (event.event === "failed") throw new Error(event.message);
    }
    throw new Error("the client that holds a connection broke off");
  }
}

/**
 * Somebody, a scanner for example, who knocks at an address all the time and notes what becomes of
 * it.
 */
export class Knocker {
  readonly #answers: PortAnswer[] = [];
  readonly #begun = Promise.withResolvers<void>();
  readonly #knocking: Promise<void>;
  #isStopped = false;

  private constructor(address: PublishedAddress) {
    this.#knocking = this.#knock(address);
    this.#knocking.catch(this.#begun.reject);
  }

  /** Resolves when the first answers are there. */
  static async at(address: PublishedAddress): Promise<Knocker> {
    const knocker = new Knocker(address);
    await knocker.#begun.promise;
    return knocker;
  }

  /**
   * Gives the answers in their order, each once for as long as it stayed the same. The last knock
   * comes after the call.
   */
  async stop(): Promise<readonly (PortAnswer | "silence")[]> {
    this.#isStopped = true;
    await this.#knocking;
    const heard = this.#answers.map((answer) => (isSilent(answer) ? "silence" : answer));
    return heard.filter((answer, index) => answer !== heard[index - 1]);
  }

  async #knock(address: PublishedAddress): Promise<void> {
    for (let isLast = false; !isLast;) {
      isLast = this.#isStopped;
      this.#answers.push(...Object.values((await dark(address)).ports));
      this.#begun.resolve();
    }
  }
}

/** Many people who hold a chat connection each, and talk on it every few seconds. */
export class Gathering {
  readonly #child: ChildProcess;
  readonly #ended: Promise<CrowdState>;
  #state: CrowdState | undefined;

  /**
   * Resolves when all of them are there. `sources`: the addresses of their host that they come
   * from.
   */
  static async at(
    { host, chat: port }: PublishedAddress,
    connections: number,
    sources: readonly string[],
  ): Promise<Gathering> {
    const gathering = new Gathering([
      "crowd",
      host,
      String(port),
      "--connections",
      String(connections),
      "--from",
      sources.join(","),
    ]);
    await waitFor(
      `${connections} people to gather`,
      async () => gathering.isComplete(connections),
      { seconds: 120 },
    );
    return gathering;
  }

  private constructor(args: readonly string[]) {
    const [program = "", ...rest] = at("inside", join(standIns, "client.ts"), ...args);
    this.#child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
    this.#ended = this.#follow();
    this.#ended.catch(() => undefined);
  }

  /** How they were within the last second. */
  get state(): CrowdState {
    return this.#state ?? { opened: 0, open: 0, echoes: 0, failed: {}, ended: {}, lost: 0 };
  }

  /** Whether so many are there. @throws if somebody could not come */
  isComplete(connections: number): boolean {
    const { opened, failed } = this.state;
    if (Object.keys(failed).length > 0)
      throw new Error(`not everybody could come: ${JSON.stringify(failed)}`);
    return opened === connections;
  }

  /** All hang up, those that still can. */
  async goHome(): Promise<CrowdState> {
    this.#child.kill();
    return this.#ended;
  }

  async #follow(): Promise<CrowdState> {
    for await (const line of createInterface({ input: this.#child.stdout! })) {
      const { event, ...state } = JSON.parse(line) as { event: string } & CrowdState;
      this.#state = state;
      if (event === "gone") return state;
    }
    throw new Error("the people who gathered broke off");
  }
}

/** Somebody who connects and misbehaves, from one address of the host `inside`. */
export async function pesterAt(
  { host, port }: { readonly host: string; readonly port: number },
  nuisance: Nuisance,
  options: {
    readonly connections?: number;
    readonly from?: string;
    readonly timeoutMs?: number;
  } = {},
): Promise<PesterResult> {
  const { connections = 1, from = "", timeoutMs = 30_000 } = options;
  const flags = [
    "--connections",
    String(connections),
    "--from",
    from,
    "--timeout",
    String(timeoutMs),
  ];
  return client("inside", "pester", host, String(port), nuisance, ...flags);
}

/**
 * People who read the published addresses every second and open 20 connections a second to each.
 */
export class Crowd {
  readonly failures: LoadFailure[] = [];
  readonly #child: ChildProcess;
  readonly #summary: Promise<LoadSummary>;
  readonly #reading: NodeJS.Timeout;

  /** @param mediaCertificate what media must show (SHA-256); without it, any */
  constructor(published: () => Promise<Iterable<PublishedAddress>>, mediaCertificate?: string) {
    const fingerprint = mediaCertificate === undefined ? [] : ["--fingerprint", mediaCertificate];
    const [program = "", ...args] = at(
      "inside",
      join(standIns, "client.ts"),
      "load",
      "--timeout",
      String(patienceMs),
      ...fingerprint,
    );
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    // Who has gone home reads nothing more.
    this.#child.stdin?.on("error", () => undefined);
    this.#summary = this.#follow();
    const tell = async () =>
      this.#child.stdin?.write(`${JSON.stringify({ addresses: [...(await published())] })}\n`);
    this.#reading = setInterval(() => void tell().catch(() => undefined), 1_000);
    void tell();
  }

  /** Opens no more connections, and sums up. */
  async goHome(): Promise<LoadSummary> {
    clearInterval(this.#reading);
    this.#child.stdin?.end();
    return this.#summary;
  }

  async #follow(): Promise<LoadSummary> {
    for await (const line of createInterface({ input: this.#child.stdout! })) {
      const event = JSON.parse(line) as { event: string };
      if (event.event === "summary") return event as unknown as LoadSummary;
      this.failures.push(event as unknown as LoadFailure);
    }
    await once(this.#child, "close");
    throw new Error("the clients that open connections broke off");
  }
}

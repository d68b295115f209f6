import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WhatsAppReport } from "../../stand-ins/whatsapp/counters.ts";
import { at, client } from "../stage/people.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { giveAddress } from "./stage.ts";

const namesFile = join(process.env["CLUSTER_DIR"] ?? ".cluster", "upstream.hosts");
const program = join(import.meta.dirname, "../../stand-ins/whatsapp.ts");

/** Ports on which these WhatsApps answer, beside the one that all suites share. */
export const ports = { chat: 5300, media: 5301 } as const;

/**
 * WhatsApps at addresses and under names of a test's own, which it may end, and whose names it may
 * move.
 */
export class Upstreams {
  readonly #running = new Map<string, ChildProcess>();
  #names = "";

  /** Remembers the names that are there. */
  async begin(): Promise<void> {
    this.#names = await readFile(namesFile, "utf8");
  }

  /** Starts the WhatsApp at 192.0.2.<last> if it does not run, and waits until it answers. */
  async start(last: number): Promise<void> {
    const ip = `192.0.2.${last}`;
    if (this.#running.has(ip)) return;
    await giveAddress("meta", ip);
    const flags = [
      "--host",
      ip,
      "--chat-port",
      String(ports.chat),
      "--media-port",
      String(ports.media),
    ];
    const [nsenter = "", ...args] = at(
      "meta",
      program,
      ...flags,
      "--counters-port",
      String(countersPort(last)),
      "--proxy-protocol",
      "any",
    );
    this.#running.set(ip, spawn(nsenter, args, { stdio: "ignore" }));
    await waitFor(`a WhatsApp at ${ip}`, async () => this.report(last), { seconds: 20 });
  }

  /** Ends it at once: its port refuses from then on, and what it held is reset. */
  async stop(last: number): Promise<void> {
    const child = this.#running.get(`192.0.2.${last}`);
    this.#running.delete(`192.0.2.${last}`);
    if (child === undefined) return;
    child.kill("SIGKILL");
    await once(child, "close");
  }

  async report(last: number): Promise<WhatsAppReport> {
    return client<WhatsAppReport>("meta", "counters", String(countersPort(last)));
  }

  /** Makes names lead to these WhatsApps; the cluster's DNS answers so within a second. */
  async name(names: Readonly<Record<string, number>>): Promise<void> {
    const lines = Object.entries(names).map(([name, last]) => `192.0.2.${last} ${name}\n`);
    await writeFile(namesFile, this.#names + lines.join(""));
  }

  /** Ends all, and leaves the names as they were. */
  async end(): Promise<void> {
    await writeFile(namesFile, this.#names);
    for (const child of this.#running.values()) child.kill("SIGKILL");
  }
}

function countersPort(last: number): number {
  return 9_300 + last;
}

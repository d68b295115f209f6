import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { certificateBehind } from "../../../src/address/io/handshake.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { lanePort } from "../../../src/ledger/lanes.ts";

/** A real HAProxy (3.0 is what the image has): `PROXYFLEET_HAPROXY`, or the one in PATH. */
const haproxy = process.env["PROXYFLEET_HAPROXY"] ?? "haproxy";
const version = spawnSync(haproxy, ["-v"], { encoding: "utf8" }).stdout ?? "";

/** Why nothing can be tried with a real HAProxy here; false where it can. */
export const withoutHaproxy = /^HAProxy version [3-9]/.test(version)
  ? false
  : `NOT TESTED: "${haproxy}" is not HAProxy 3.0 or later. Name one in PROXYFLEET_HAPROXY.`;

/** Here its lanes listen, beside those of any other HAProxy on this machine. */
const host = "127.77.13.1";
/** Three keys of 80 bytes, as HAProxy wants them (`tls-ticket-keys`). */
const ticketKeys = `${Buffer.alloc(80).toString("base64")}\n`.repeat(3);

interface LanesFile {
  readonly bank: number;
  readonly open: readonly { readonly lane: number; readonly proxiesFrom: readonly string[] }[];
}

/** A real HAProxy that runs what a fleet's Secret holds, as it starts in a pod. */
export class ProxyOfSecret {
  readonly #directory: string;
  readonly #process: ChildProcess;

  private constructor(directory: string, process: ChildProcess) {
    this.#directory = directory;
    this.#process = process;
  }

  static start(secret: Secret): ProxyOfSecret {
    const directory = mkdtempSync(join(tmpdir(), "proxyfleet-lanes-"));
    mkdirSync(join(directory, "lanes"));
    const bytes = (key: string) => Buffer.from(secret.data?.[key] ?? "", "base64");
    const { bank, open } = JSON.parse(bytes("lanes.json").toString()) as LanesFile;
    const [first] = open;
    for (let lane = 0; lane < bank; lane++) {
      const file = (end: string) => join(directory, "lanes", `${lane}.${end}`);
      const served = open.find((one) => one.lane === lane);
      writeFileSync(file("pem"), bytes(`lane-${(served ?? first)?.lane ?? 0}.pem`));
      writeFileSync(file("tickets"), ticketKeys);
      writeFileSync(file("proxies"), (served?.proxiesFrom ?? []).map((one) => `${one}\n`).join(""));
    }
    const config = gunzipSync(bytes("haproxy.cfg.gz"))
      .toString()
      // No more connections than this machine has files for: in a pod the supervisor sees to that.
      .replace(/^ {4}maxconn \d+$/m, "    maxconn 100")
      .replaceAll("/run/proxyfleet/", `${directory}/`)
      .replaceAll(/bind 0\.0\.0\.0:(\d+),\[::\]:\d+ v6only/g, `bind ${host}:$1`);
    writeFileSync(join(directory, "haproxy.cfg"), config);
    const args = ["-db", "-f", join(directory, "haproxy.cfg")];
    return new ProxyOfSecret(directory, spawn(haproxy, args, { stdio: "ignore" }));
  }

  /** Whether people get through to a lane whose load balancer sends a PROXY header, or sends none. */
  async serves(lane: number, { proxyHeader }: { readonly proxyHeader: boolean }): Promise<boolean> {
    const port = lanePort(lane, "chat");
    return certificateBehind({ host, port, proxyHeader }, 5_000).then(
      () => true,
      () => false,
    );
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGKILL");
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, "exit");
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

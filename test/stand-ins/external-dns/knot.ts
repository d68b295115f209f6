import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../../tooling/free-ports.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";

const program = "/usr/sbin/knotd";

/** Whether this machine has Knot (Debian: apt-get install knot). */
export const hasKnot = existsSync(program);

/** The zone that it serves. */
export const zone = "example.org";

const zoneFile = `$ORIGIN ${zone}.
@ 1 SOA ns admin 1 3600 600 86400 1
@ 60 NS ns
ns 60 A 127.0.0.1
`;

/** Without a journal, since that would need a folder of the server's own user. */
const configOf = (folder: string, port: number) => `server:
    rundir: ${folder}
    listen: 127.0.0.1@${port}
database:
    storage: ${folder}
log:
  - target: stderr
    any: warning
acl:
  - id: loopback
    address: 127.0.0.1
    action: [transfer, update]
zone:
  - domain: ${zone}
    storage: ${folder}
    file: zone
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    acl: loopback
`;

/** A real authoritative DNS server on a loopback port: it takes dynamic updates (RFC 2136). */
export class Knot {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  /** Starts it with an empty zone. It dies with this process. */
  static async start(): Promise<Knot> {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-knot-"));
    removeAtExit(folder);
    const [port = 0] = await freePorts(1);
    await writeFile(join(folder, "zone"), zoneFile);
    await writeFile(join(folder, "knot.conf"), configOf(folder, port));
    const command = ["--pdeathsig", "KILL", "--", program, "-c", join(folder, "knot.conf")];
    const child = spawn("setpriv", command, { stdio: ["ignore", "inherit", "inherit"] });
    return new Knot(port, child);
  }

  /** Where it answers, as `address:port`. */
  get server(): string {
    return `127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

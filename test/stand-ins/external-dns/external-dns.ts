import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { DnsEndpoint } from "../../../src/kubernetes/external-dns.ts";
import { zone } from "./knot.ts";

const program =
  process.env["PROXYFLEET_EXTERNAL_DNS"] ??
  join(import.meta.dirname, "../../../.tools/external-dns/external-dns");

/** Whether it was built (test/stand-ins/external-dns/build.sh). */
export const hasExternalDns = existsSync(program);

/** As docs/names.md sets it up, but over loopback and without a key. */
const flags = (port: number): readonly string[] => [
  "--source=crd",
  "--policy=sync",
  "--registry=txt",
  "--txt-owner-id=test",
  "--provider=rfc2136",
  `--domain-filter=${zone}`,
  "--rfc2136-host=127.0.0.1",
  `--rfc2136-port=${port}`,
  `--rfc2136-zone=${zone}`,
  "--rfc2136-insecure",
  "--rfc2136-axfr",
  "--rfc2136-min-ttl=0s",
];

/** ExternalDNS's own plan, registry and provider, which work when the test says so. */
export class ExternalDns {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  /** @param port of the DNS server that it updates */
  constructor(port: number) {
    const command = ["--pdeathsig", "KILL", "--", program, ...flags(port)];
    this.#child = spawn("setpriv", command, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface(this.#child.stdout);
  }

  /** One round: makes DNS what these objects ask for. Gives `ok`, or what went wrong. */
  async round(endpoints: readonly DnsEndpoint[]): Promise<string> {
    const answered = once(this.#lines, "line");
    this.#child.stdin.write(`${JSON.stringify({ items: endpoints })}\n`);
    const [line] = (await answered) as [string];
    return line;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

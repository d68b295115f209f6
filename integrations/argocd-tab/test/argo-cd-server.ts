import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../../tooling/free-ports.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../../test/stand-ins/api-server/api-server.ts";
import { kubectl } from "../../../test/stand-ins/api-server/crds.ts";

const built = join(import.meta.dirname, "../../../.tools/argocd");
/** Debian's redis-tools has the server too, under another name. */
const redis = "/usr/bin/redis-check-rdb";
/** Where argocd-server looks. The path is fixed in it. */
const extensions = "/tmp/extensions";

/** Why a test that needs argocd-server is left out; false where it is there. */
export const withoutArgoCd =
  existsSync(join(built, "argocd-server")) && existsSync(redis)
    ? false
    : "NOT TESTED: argocd-server is not here. As root, make tools builds it.";

/** A real argocd-server, on an API server with nothing but its own settings. */
export class ArgoCdServer {
  readonly url: string;
  readonly #server: ApiServer;
  readonly #programs: readonly ChildProcess[];
  readonly #mounts: string[] = [];

  private constructor(url: string, server: ApiServer, programs: readonly ChildProcess[]) {
    this.url = url;
    this.#server = server;
    this.#programs = programs;
  }

  static async start(): Promise<ArgoCdServer> {
    const server = await ApiServer.start();
    const folder = mkdtempSync(join(tmpdir(), "proxyfleet-argocd-"));
    removeAtExit(folder);
    const namespace = ["--namespace", "argocd"];
    for (const args of [
      ["create", "namespace", "argocd"],
      ["apply", "--server-side", "-f", join(built, "crds")],
      ["apply", "-f", join(built, "config"), ...namespace],
      ["config", "set-context", "--current", ...namespace],
    ]) {
      const { code, stderr } = await kubectl(server, args);
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    }
    const [port, redisPort, other, metrics] = await freePorts(4);
    // Redis decides by its name which of its programs it is.
    const redisServer = join(folder, "redis-server");
    symlinkSync(redis, redisServer);
    const flags = [
      `--redis=127.0.0.1:${redisPort}`,
      `--repo-server=127.0.0.1:${other}`,
      `--kubeconfig=${server.kubeconfig}`,
      "--namespace=argocd",
      "--insecure",
      "--disable-auth",
      "--address=127.0.0.1",
      `--port=${port}`,
      `--metrics-port=${metrics}`,
    ];
    const programs = [
      runs(redisServer, ["--port", `${redisPort}`, "--bind", "127.0.0.1", "--save", ""], folder),
      runs(join(built, "argocd-server"), flags, folder),
    ];
    return new ArgoCdServer(`http://127.0.0.1:${port}`, server, programs);
  }

  /** Puts a file where a ConfigMap would be mounted, and as the kubelet lays one out. */
  mount(name: string, text: string): void {
    mkdirSync(extensions, { recursive: true });
    const at = mkdtempSync(join(extensions, "proxyfleet-"));
    this.#mounts.push(at);
    mkdirSync(join(at, "..2026"));
    writeFileSync(join(at, "..2026", name), text);
    symlinkSync("..2026", join(at, "..data"));
    symlinkSync(join("..data", name), join(at, name));
  }

  /** All extensions, as Argo CD's page loads them. */
  async extensions(): Promise<string> {
    return waitFor("argocd-server to answer", async () => {
      const answer = await fetch(`${this.url}/extensions.js`);
      return answer.ok && (await answer.text());
    });
  }

  async stop(): Promise<void> {
    for (const program of this.#programs) program.kill("SIGKILL");
    for (const mount of this.#mounts) rmSync(mount, { recursive: true });
    await this.#server.stop();
  }
}

/** Starts a program that dies with this process. */
function runs(path: string, args: readonly string[], folder: string): ChildProcess {
  return spawn("setpriv", ["--pdeathsig", "KILL", "--", path, ...args], {
    stdio: "ignore",
    env: { ...process.env, HOME: folder },
  });
}

import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namespaceObject } from "../../objects/namespace.ts";
import { removeAtExit } from "../../../tooling/scratch-folder.ts";
import { apply, kubectl, tryKubectl } from "../stage/kubectl.ts";
import { succeed } from "../stage/process.ts";
import { waitFor } from "../../../tooling/wait-for.ts";

const project = join(import.meta.dirname, "../../..");
const built = join(project, ".tools/argocd");
const namespace = "argocd";

/** How Argo CD tells what is its own (Argo CD documentation, "Resource Tracking"). */
export type Tracking = "annotation" | "label";

/** Ports on the node's loopback. */
const ports = { redis: 6379, repoServer: 8081, server: 8090 };
const redis = ["--redis", `127.0.0.1:${ports.redis}`];
const others = [
  ...redis,
  "--repo-server",
  `127.0.0.1:${ports.repoServer}`,
  "--repo-server-plaintext",
  "--namespace",
  namespace,
];

/**
 * A real Argo CD beside the cluster: its application controller, repo server, API server and Redis
 * run on the node, not in pods.
 */
export class ArgoCd {
  readonly #folder = mkdtempSync(join(tmpdir(), "proxyfleet-argocd-"));
  readonly #running: ChildProcess[] = [];

  constructor() {
    removeAtExit(this.#folder);
  }

  /**
   * Its kinds and settings, as its own manifests bring them, and the project that all Applications
   * are in.
   */
  async install(): Promise<void> {
    await apply(namespaceObject(namespace));
    await kubectl("apply", "--server-side", "-f", join(built, "crds"));
    await kubectl("apply", "-n", namespace, "-f", join(built, "config"));
    const secretkey = randomBytes(16).toString("hex");
    await kubectl(
      "patch",
      "secret",
      "argocd-secret",
      "-n",
      namespace,
      "-p",
      JSON.stringify({ stringData: { "server.secretkey": secretkey } }),
    );
    await kubectl(
      "wait",
      "crd/applications.argoproj.io",
      "crd/appprojects.argoproj.io",
      "--for=condition=Established",
    );
    await apply({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AppProject",
      metadata: { name: "default", namespace },
      spec: {
        sourceRepos: ["*"],
        destinations: [{ namespace: "*", server: "*" }],
        clusterResourceWhitelist: [{ group: "*", kind: "*" }],
      },
    });
  }

  async start(tracking: Tracking): Promise<void> {
    const data = { "application.resourceTrackingMethod": tracking };
    await kubectl(
      "patch",
      "configmap",
      "argocd-cm",
      "-n",
      namespace,
      "-p",
      JSON.stringify({ data }),
    );
    this.#run("redis-server", ["--port", String(ports.redis), "--bind", "127.0.0.1", "--save", ""]);
    this.#run("argocd-repo-server", [
      ...redis,
      "--disable-tls",
      "--port",
      String(ports.repoServer),
    ]);
    this.#run("argocd-application-controller", [
      ...others,
      "--status-processors",
      "2",
      "--operation-processors",
      "2",
    ]);
    this.#run("argocd-server", [
      ...others,
      "--insecure",
      "--disable-auth",
      "--port",
      String(ports.server),
    ]);
    await waitFor("Argo CD to answer", async () => this.ask("version"));
  }

  /**
   * Goes over to another way of tracking, as a person who changes the setting and restarts all
   * parts.
   */
  async change(tracking: Tracking): Promise<void> {
    await this.stop();
    await this.start(tracking);
  }

  /** Does to a fleet what its menu in Argo CD offers. */
  async act(fleet: string, action: "rotate" | "pause" | "resume"): Promise<void> {
    await this.ask(
      "app",
      "actions",
      "run",
      "proxyfleet-fleets",
      action,
      "--kind",
      "WhatsAppProxy",
      "--resource-name",
      fleet,
    );
  }

  /** Argo CD's own command line, as a person uses it. */
  async ask(...args: readonly string[]): Promise<string> {
    const env = ["env", `HOME=${this.#folder}`];
    return succeed([
      ...env,
      join(built, "argocd"),
      ...args,
      "--server",
      `127.0.0.1:${ports.server}`,
      "--plaintext",
    ]);
  }

  async stop(): Promise<void> {
    const ended = this.#running.map(
      async (child) => (child.exitCode ?? child.signalCode) === null && once(child, "close"),
    );
    for (const child of this.#running.splice(0)) child.kill("SIGKILL");
    await Promise.all(ended);
  }

  /** Leaves the cluster as if Argo CD had never been there; what it installed stays. */
  async remove(): Promise<void> {
    await this.stop();
    await tryKubectl("delete", "-f", join(built, "crds"), "--timeout=60s");
    await tryKubectl("delete", "namespace", namespace, "--wait=false");
  }

  /** It dies with this process, too (PR_SET_PDEATHSIG). */
  #run(name: string, args: readonly string[]): void {
    const log = openSync(
      join(process.env["CLUSTER_DIR"] ?? this.#folder, "log", `${name}.log`),
      "a",
    );
    const child = spawn(
      "/usr/bin/setpriv",
      ["--pdeathsig", "KILL", "--", this.#program(name), ...args],
      {
        stdio: ["ignore", log, log],
        env: { ...process.env, ...this.#environment() },
      },
    );
    closeSync(log);
    this.#running.push(child);
  }

  /**
   * All parts are one program, and the name it is called by decides which. Debian's redis-tools
   * have the server under another name.
   */
  #program(name: string): string {
    const bin = join(this.#folder, "bin");
    mkdirSync(bin, { recursive: true });
    const path = join(bin, name);
    const target = name === "redis-server" ? "/usr/bin/redis-check-rdb" : join(built, "argocd");
    symlinkIfNone(target, path);
    symlinkIfNone(join(project, ".tools/helm"), join(bin, "helm"));
    return path;
  }

  /**
   * ARGOCD_FAKE_IN_CLUSTER: `https://kubernetes.default.svc` is the cluster of KUBECONFIG, since it
   * does not run in a pod.
   */
  #environment(): Record<string, string> {
    const path = `${join(this.#folder, "bin")}:${process.env["PATH"] ?? ""}`;
    return {
      PATH: path,
      HOME: this.#folder,
      TMPDIR: this.#folder,
      ARGOCD_FAKE_IN_CLUSTER: "true",
      ARGOCD_GPG_ENABLED: "false",
    };
  }
}

function symlinkIfNone(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

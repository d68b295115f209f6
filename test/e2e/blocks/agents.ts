import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "../../../tooling/wait-for.ts";
import { secretObject } from "../../objects/secret.ts";
import { apiVersion } from "../../objects/metadata.ts";
import { apply, kubectl, read } from "../stage/kubectl.ts";
import { at } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";
import { home, install, whatsAppCertificate, whatsAppName } from "./installation.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");

/** Two volunteers in Iran. */
const names = ["ir-1", "ir-2"];

/** Agents behind the censor, as an admin and volunteers set them up. */
export class Agents {
  readonly #folder: string;
  readonly #children = new Map<string, ChildProcess>();
  readonly #lines = new Map<string, string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Switches the operator's endpoint on, invites the volunteers, and waits until all report. */
  static async start(): Promise<Agents> {
    const agents = new Agents(await mkdtemp(join(tmpdir(), "proxyfleet-blocks-")));
    await install({ ingestion: { enabled: true, elsewhere: [whatsAppName] } });
    await agents.#keepCertificates();
    const endpoint = await endpointOf();
    for (const name of names) await agents.#invite(name, endpoint);
    for (const name of names) agents.#run(name);
    await agents.report();
    return agents;
  }

  /** Starts them anew: then they move their 48 KB at once. */
  async restart(): Promise<void> {
    for (const name of names) {
      await this.#end(name);
      this.#run(name);
    }
  }

  /** Waits until the operator has heard all of them. */
  async report(): Promise<void> {
    for (const name of names)
      await kubectl("wait", `wavp/${name}`, "--for=condition=Working", "--timeout=150s");
  }

  /** Sends them home, and switches the endpoint off. */
  async stop(): Promise<void> {
    for (const name of names) await this.#end(name);
    await kubectl("delete", "wavp", ...names, "--ignore-not-found");
    await kubectl("delete", "secret", ...names, "-n", home, "--ignore-not-found");
    await install({});
    await rm(this.#folder, { recursive: true });
  }

  /** The endpoint's own, and WhatsApp's, which stands for one that everybody trusts. */
  async #keepCertificates(): Promise<void> {
    const secret = await waitFor("the endpoint's certificate", async () => {
      const { items } = await read<{ items: { data?: Record<string, string> }[] }>(
        "secret",
        "-n",
        home,
        "--field-selector=metadata.name=proxyfleet-ingestion",
      );
      return items[0]?.data?.["tls.crt"];
    });
    await writeFile(join(this.#folder, "tls.crt"), Buffer.from(secret, "base64"));
    await writeFile(join(this.#folder, "whatsapp.pem"), await whatsAppCertificate());
  }

  async #invite(name: string, endpoint: string): Promise<void> {
    const certificate = join(this.#folder, "tls.crt");
    const invite = [process.execPath, main, "probe", "invite", "--to", endpoint];
    const invitation = await succeed([...invite, "--certificate", certificate]);
    const token = fieldOf("token", invitation);
    this.#lines.set(name, fieldOf("line", invitation));
    const data = { token: Buffer.from(token).toString("base64") };
    const spec = { country: "IR", interval: "30s", agent: { tokenSecretRef: { name } } };
    const secret = { ...secretObject({ name, namespace: home }), data };
    await apply(secret, { apiVersion, kind: "VantagePoint", metadata: { name }, spec });
  }

  #run(name: string): void {
    const state = join(this.#folder, `${name}.state`);
    const [program = "", ...args] = at(
      "inside",
      main,
      "probe",
      "--private-targets",
      "--state",
      state,
    );
    const trust = join(this.#folder, "whatsapp.pem");
    const env = {
      ...process.env,
      PROXYFLEET_PROBE: this.#lines.get(name),
      NODE_EXTRA_CA_CERTS: trust,
    };
    this.#children.set(name, spawn(program, args, { env, stdio: ["ignore", "ignore", "ignore"] }));
  }

  async #end(name: string): Promise<void> {
    const child = this.#children.get(name);
    this.#children.delete(name);
    if (child === undefined || child.exitCode !== null) return;
    child.kill();
    await once(child, "close");
  }
}

async function endpointOf(): Promise<string> {
  const { spec } = await read<{ spec: { clusterIP: string; ports: { port: number }[] } }>(
    "service",
    "proxyfleet-agents",
    "-n",
    home,
  );
  return `${spec.clusterIP}:${spec.ports[0]?.port ?? 443}`;
}

function fieldOf(name: string, text: string): string {
  const found = new RegExp(`^${name}: +(\\S+)$`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`the invitation has no ${name}`);
  return found;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderChart } from "../../../tooling/chart/render.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { secretObject } from "../../objects/secret.ts";
import { apiVersion } from "../../objects/metadata.ts";
import { apply, kubectl, read } from "../stage/kubectl.ts";
import { at } from "../stage/people.ts";
import { succeed } from "../stage/process.ts";

const main = join(import.meta.dirname, "../../../src/main.ts");
const home = "proxyfleet-system";

/** Whose name WhatsApp's host shows in its certificate: the agents' word that their line works. */
const elsewhere = "whatsapp.net";

interface Place {
  readonly host: "inside" | "abroad";
  readonly country: string;
  readonly role: "Probe" | "Control";
}

/** Two volunteers in Iran, and a control where no censor is. */
const places: Readonly<Record<string, Place>> = {
  "ir-1": { host: "inside", country: "IR", role: "Probe" },
  "ir-2": { host: "inside", country: "IR", role: "Probe" },
  "de-1": { host: "abroad", country: "DE", role: "Control" },
};

/** Agents on the test hosts, as an admin and volunteers set them up. */
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
    await install({ ingestion: { enabled: true, elsewhere: [elsewhere] } });
    const endpoint = await endpointOf();
    await agents.#keepCertificates();
    for (const [name, place] of Object.entries(places)) await agents.#invite(name, place, endpoint);
    for (const name of Object.keys(places)) agents.#run(name);
    await agents.report();
    return agents;
  }

  /** Starts them anew: then they move their 48 KB at once. */
  async restart(): Promise<void> {
    for (const name of Object.keys(places)) {
      await this.#end(name);
      this.#run(name);
    }
  }

  /** Waits until the operator has heard all of them. */
  async report(): Promise<void> {
    for (const name of Object.keys(places))
      await kubectl("wait", `wavp/${name}`, "--for=condition=Working", "--timeout=150s");
  }

  /** Sends them home, and switches the endpoint off. */
  async stop(): Promise<void> {
    for (const name of Object.keys(places)) await this.#end(name);
    await kubectl("delete", "wavp", ...Object.keys(places), "--ignore-not-found");
    await kubectl("delete", "secret", ...Object.keys(places), "-n", home, "--ignore-not-found");
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
    const script =
      'const tls = require("node:tls"); const s = tls.connect({ host: "192.0.2.10", port: 443, servername: "whatsapp.net", rejectUnauthorized: false }, () => { console.log(s.getPeerX509Certificate().toString()); s.end(); });';
    const pem = await succeed(at("abroad", "--eval", script));
    await writeFile(join(this.#folder, "whatsapp.pem"), pem);
  }

  async #invite(name: string, { country, role }: Place, endpoint: string): Promise<void> {
    const certificate = join(this.#folder, "tls.crt");
    const invite = [process.execPath, main, "probe", "invite", "--to", endpoint];
    const invitation = await succeed([...invite, "--certificate", certificate]);
    const token = fieldOf("token", invitation);
    this.#lines.set(name, fieldOf("line", invitation));
    const data = { token: Buffer.from(token).toString("base64") };
    const spec = { country, role, interval: "30s", agent: { tokenSecretRef: { name } } };
    const secret = { ...secretObject({ name, namespace: home }), data };
    await apply(secret, { apiVersion, kind: "VantagePoint", metadata: { name }, spec });
  }

  #run(name: string): void {
    const place = places[name];
    if (place === undefined) throw new Error(`there is no agent ${name}`);
    const state = join(this.#folder, `${name}.state`);
    const [program = "", ...args] = at(
      place.host,
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

/** Installs the operator with these values, over what is there. */
async function install(values: object): Promise<void> {
  const manifests = await renderChart({ ...values, crds: { enabled: false } });
  await succeed(["kubectl", "apply", "--server-side", "--force-conflicts", "-f", "-"], manifests);
  await kubectl("rollout", "status", "deployment/proxyfleet", "-n", home, "--timeout=120s");
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

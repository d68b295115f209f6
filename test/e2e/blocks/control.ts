import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiVersion } from "../../objects/metadata.ts";
import { secretObject } from "../../objects/secret.ts";
import { makeCertificate } from "../../stand-ins/whatsapp/certificate.ts";
import { apply, kubectl } from "../stage/kubectl.ts";
import { at } from "../stage/people.ts";
import { home, whatsAppCertificate } from "./installation.ts";

const program = join(import.meta.dirname, "../../../examples/checker/checker.ts");
const name = "checker.example.org";
const vantagePoint = "de-1";
const abroad = "198.51.100.2";
const trusted = "trusted";
const mounted = "/etc/trusted";

/** The reference checker on the host abroad, as an admin sets it up: the control. */
export class Checker {
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
  }

  /** Starts it, lets the operator trust its certificate, and waits until it is asked. */
  static async start(): Promise<Checker> {
    const folder = await mkdtemp(join(tmpdir(), "proxyfleet-checker-"));
    const own = await makeCertificate(new Date(), [name]);
    const token = "t".repeat(32);
    const files = {
      "cert.pem": own.certificate,
      "key.pem": own.key,
      token,
      "whatsapp.pem": await whatsAppCertificate(),
    };
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    const [command = "", ...args] = at("abroad", program, "--port", "8443");
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "whatsapp.pem") };
    const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "ignore"] });
    await once(child.stdout, "data");
    await appendFile(hostsFile(), `${abroad} ${name}\n`);
    await trust(own.certificate);
    const data = { token: Buffer.from(token).toString("base64") };
    const http = { url: `https://${name}:8443/`, tokenSecretRef: { name: vantagePoint } };
    await apply(
      { ...secretObject({ name: vantagePoint, namespace: home }), data },
      {
        apiVersion,
        kind: "VantagePoint",
        metadata: { name: vantagePoint },
        spec: { country: "DE", role: "Control", interval: "30s", http },
      },
    );
    return new Checker(folder, child);
  }

  async stop(): Promise<void> {
    await kubectl("delete", "wavp", vantagePoint, "--ignore-not-found");
    await kubectl("delete", "secret", vantagePoint, "-n", home, "--ignore-not-found");
    await patchOperator("$patch");
    await kubectl("delete", "configmap", trusted, "-n", home, "--ignore-not-found");
    const hosts = await readFile(hostsFile(), "utf8");
    await writeFile(hostsFile(), hosts.replaceAll(`${abroad} ${name}\n`, ""));
    this.#child.kill();
    await rm(this.#folder, { recursive: true });
  }
}

/** Names outside of the cluster, as its DNS and the test hosts have them. */
function hostsFile(): string {
  return join(process.env["CLUSTER_DIR"] ?? "", "upstream.hosts");
}

/** The operator's pods trust this certificate as one that everybody trusts. */
async function trust(certificate: string): Promise<void> {
  const data = { "ca.pem": certificate };
  const metadata = { name: trusted, namespace: home };
  await apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
  await patchOperator();
}

/** Mounts the certificate into the operator's pods, or takes it away again. */
async function patchOperator(deletion?: "$patch"): Promise<void> {
  const end = deletion === undefined ? {} : { [deletion]: "delete" };
  const env = [{ name: "NODE_EXTRA_CA_CERTS", value: `${mounted}/ca.pem`, ...end }];
  const volumeMounts = [{ name: trusted, mountPath: mounted, ...end }];
  const volumes = [{ name: trusted, configMap: { name: trusted }, ...end }];
  const containers = [{ name: "operator", env, volumeMounts }];
  const patch = JSON.stringify({ spec: { template: { spec: { containers, volumes } } } });
  const deployment = ["deployment/proxyfleet", "-n", home];
  await kubectl("patch", ...deployment, "-p", patch);
  await kubectl("rollout", "status", ...deployment, "--timeout=120s");
}

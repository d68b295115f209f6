import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeCertificate } from "../test/stand-ins/whatsapp/certificate.ts";
import { succeed, type Argv } from "./run.ts";
import type { Scene } from "./scene.ts";
import type { EmbeddedStage } from "./stage.ts";

const program = join(import.meta.dirname, "../examples/checker/checker.ts");
const namespace = "proxyfleet-system";
/** What the operator is given: the checkers' token, and their certificate. */
const shared = "checkers";
const mounted = "/etc/checkers";
const token = "t".repeat(32);

interface Place {
  readonly host: "inside" | "abroad";
  readonly address: string;
  readonly port: number;
  readonly country: string;
  readonly role: "Probe" | "Control";
}

/** Two places behind the border, and a control where no censor is, by their names. */
const places: Readonly<Record<string, Place>> = {
  "tehran-1": { host: "inside", address: "198.51.101.2", port: 8443, country: "IR", role: "Probe" },
  "tehran-2": { host: "inside", address: "198.51.101.2", port: 8444, country: "IR", role: "Probe" },
  berlin: { host: "abroad", address: "198.51.100.2", port: 8443, country: "DE", role: "Control" },
};

const nameOf = (place: string) => `${place}.example.org`;

/**
 * Sets up checkers of docs/checker.md, and lets the operator ask them. They go on after the demo,
 * and end with the cluster.
 */
export async function setUpVantagePoints({ kubectl }: Scene, stage: EmbeddedStage): Promise<void> {
  await playTheWorld(stage);
  const folder = resolve(stage.folder, "checkers");
  const isFirst = !existsSync(folder);
  if (isFirst) await makeFiles(stage, folder);
  for (const [name, place] of Object.entries(places)) {
    if (isFirst) start(stage, folder, { name, place });
  }
  await kubectl.applyObject(trusted(readFileSync(join(folder, "cert.pem"), "utf8")));
  await kubectl.applyObject(secret());
  await kubectl.quietly("patch", ...deployment, "--patch", JSON.stringify(trust()));
  await kubectl.quietly("rollout", "status", ...deployment, "--timeout=120s");
  for (const [name, place] of Object.entries(places))
    await kubectl.applyObject(vantagePoint(name, place));
}

/** A host abroad that checkers try, to see whether their own line works: WhatsApp's host plays it. */
async function playTheWorld({ enter, whatsappHost }: EmbeddedStage): Promise<void> {
  await succeed([...whatsappHost, "ip", "address", "replace", "1.1.1.1/32", "dev", "lo"]);
  await succeed([...enter, "ip", "route", "replace", "1.1.1.1/32", "via", "192.0.2.10"]);
}

/** Nobody asks the checkers any more. */
export async function removeVantagePoints({ kubectl }: Scene): Promise<void> {
  await kubectl.quietly("delete", "wavp", ...Object.keys(places), "--ignore-not-found");
}

const deployment = ["deployment/proxyfleet", "--namespace", namespace] as const;

async function makeFiles(stage: EmbeddedStage, folder: string): Promise<void> {
  const own = await makeCertificate(new Date(), Object.keys(places).map(nameOf));
  mkdirSync(folder);
  const files = {
    "cert.pem": own.certificate,
    "key.pem": own.key,
    token,
    "whatsapp.pem": await whatsAppCertificate(stage),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const hosts = join(stage.folder, "upstream.hosts");
  const lines = Object.entries(places).map(([name, { address }]) => `${address} ${nameOf(name)}\n`);
  writeFileSync(hosts, readFileSync(hosts, "utf8") + lines.join(""));
}

/** What WhatsApp's host shows: here it stands for a certificate that everybody trusts. */
async function whatsAppCertificate({ whatsappHost }: EmbeddedStage): Promise<string> {
  const script = `const { connect } = require("node:tls");
const options = { host: "192.0.2.10", port: 443, servername: "whatsapp.net", rejectUnauthorized: false };
const secure = connect(options, () => {
  console.log(secure.getPeerX509Certificate().toString());
  secure.end();
});`;
  return succeed([...whatsappHost, process.execPath, "--eval", script]);
}

function start(
  stage: EmbeddedStage,
  folder: string,
  { name, place }: { readonly name: string; readonly place: Place },
): void {
  const output = openSync(join(folder, `${name}.log`), "w");
  const [command, ...args]: Argv = [
    resolve(stage.folder, "at"),
    place.host,
    process.execPath,
    program,
    "--port",
    String(place.port),
    ...["--cert", "--key", "--token-file"].flatMap((flag, index) => [
      flag,
      join(folder, ["cert.pem", "key.pem", "token"][index] ?? ""),
    ]),
  ];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "whatsapp.pem") };
  spawn(command, args, { detached: true, env, stdio: ["ignore", output, output] }).unref();
}

function trusted(certificate: string): object {
  const metadata = { name: shared, namespace };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "cert.pem": certificate } };
}

function secret(): object {
  const metadata = { name: shared, namespace };
  return { apiVersion: "v1", kind: "Secret", metadata, stringData: { token } };
}

/** A real checker has a certificate that everybody trusts, and needs none of this. */
function trust(): object {
  const env = [{ name: "NODE_EXTRA_CA_CERTS", value: `${mounted}/cert.pem` }];
  const volumeMounts = [{ name: shared, mountPath: mounted }];
  const volumes = [{ name: shared, configMap: { name: shared } }];
  const containers = [{ name: "operator", env, volumeMounts }];
  return { spec: { template: { spec: { containers, volumes } } } };
}

function vantagePoint(name: string, { country, role, port }: Place): object {
  const url = `https://${nameOf(name)}:${String(port)}/`;
  return {
    apiVersion: "proxyfleet.dev/v1alpha1",
    kind: "VantagePoint",
    metadata: { name },
    spec: { country, role, interval: "30s", http: { url, tokenSecretRef: { name: shared } } },
  };
}

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { freePorts } from "../../../tooling/free-ports.ts";
import type { Targets } from "./target.ts";

/** A handful of ordinary servers with certificates that they signed themselves. */
export async function startOrdinary(haproxy: string): Promise<Targets> {
  const folder = await mkdtemp(join(tmpdir(), "proxyfleet-ordinary-"));
  const [p256, rsa] = [
    selfSigned(folder, "p256", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]),
    selfSigned(folder, "rsa", ["-newkey", "rsa:2048"]),
  ];
  const [haproxyPort = 0, nginxPort = 0] = await freePorts(2);
  const node = createServer(p256.forNode, (_, response) => response.end("hello\n"));
  // OpenSSL's own habits, which many programs have, among them nginx, which is not everywhere.
  const pages = createHttpServer((_, response) => response.end("hello\n"));
  const plainTls = createTlsServer({ ...p256.forNode, honorCipherOrder: false }, (socket) =>
    pages.emit("connection", socket),
  );
  const http2 = createSecureServer({ ...rsa.forNode, allowHTTP1: true }, (_, response) =>
    response.end("hello\n"),
  );
  for (const server of [node, plainTls, http2]) {
    server.on("sessionError", () => undefined);
    await once(server.listen(0, "127.0.0.1"), "listening");
  }
  const children = [
    await startHaproxy(haproxy, { folder, port: haproxyPort, pem: p256.pem }),
    ...(await startNginx({ folder, port: nginxPort, ...p256 })),
  ];
  const named = (name: string, port: number) => ({ name, group: name, port });
  return {
    targets: [
      named("Node's https", portOf(node)),
      named("Node's http inside plain TLS", portOf(plainTls)),
      named("Node's http2", portOf(http2)),
      named("HAProxy in front of nothing", haproxyPort),
      ...(children.length > 1 ? [named("nginx", nginxPort)] : []),
    ],
    stop: async () => {
      for (const server of [node, plainTls]) server.close();
      for (const server of [node, pages]) server.closeAllConnections();
      http2.close();
      await Promise.all(children.map(ended));
      await rm(folder, { recursive: true });
    },
  };
}

interface OwnFiles {
  readonly cert: string;
  readonly key: string;
  readonly pem: string;
  readonly forNode: { readonly cert: string; readonly key: string };
}

function selfSigned(folder: string, name: string, newKey: readonly string[]): OwnFiles {
  const file = (extension: string) => join(folder, `${name}.${extension}`);
  const [cert, key, pem] = [file("crt"), file("key"), file("pem")];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      ...newKey,
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      "-days",
      "365",
      "-subj",
      `/CN=${name}.example`,
    ],
    { stdio: "ignore" },
  );
  const read = (path: string) => execFileSync("cat", [path], { encoding: "utf8" });
  execFileSync("sh", ["-c", `cat '${cert}' '${key}' > '${pem}'`]);
  return { cert, key, pem, forNode: { cert: read(cert), key: read(key) } };
}

interface Place {
  readonly folder: string;
  readonly port: number;
}

async function startHaproxy(
  haproxy: string,
  { folder, port, pem }: Place & { pem: string },
): Promise<ChildProcess> {
  const file = join(folder, "haproxy.cfg");
  await writeFile(
    file,
    `defaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n  timeout connect 5s\n  timeout http-request 10s\nfrontend web\n  bind 127.0.0.1:${port} ssl crt ${pem}\n  default_backend none\nbackend none\n`,
  );
  return spawn(haproxy, ["-db", "-f", file], { stdio: "ignore" });
}

/** Where nginx is installed; it is no package that we ask for. */
async function startNginx({ folder, port, cert, key }: Place & OwnFiles): Promise<ChildProcess[]> {
  const program = process.env["PROXYFLEET_NGINX"] ?? "nginx";
  const file = join(folder, "nginx.conf");
  await writeFile(
    file,
    `daemon off; pid ${folder}/nginx.pid; error_log /dev/null; events {}\nhttp { access_log off; ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((path) => `${path}_temp_path ${folder}/${path};`).join(" ")} server { listen 127.0.0.1:${port} ssl http2; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate ${cert}; ssl_certificate_key ${key}; root ${folder}/none; } }\n`,
  );
  const child = spawn(program, ["-c", file, "-p", folder], { stdio: "ignore" });
  const failed = await Promise.race([
    once(child, "error").then(() => true),
    once(child, "spawn").then(() => false),
  ]);
  return failed ? [] : [child];
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

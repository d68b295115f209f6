import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { KubeconfigError } from "../../../src/kubernetes/kubeconfig/entry.ts";
import type { Choice } from "../../../src/kubernetes/kubeconfig/target.ts";
import type { KubeObject } from "../../../src/kubernetes/objects.ts";
import { type Resource, resource } from "../../../src/kubernetes/resource.ts";
import { namespaces } from "../../../src/kubernetes/builtin.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { kubeconfigObject } from "../../objects/kubeconfig.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { programPath } from "../../stand-ins/api-server/program.ts";
import { TcpRelay } from "../../stand-ins/api-server/tcp-relay.ts";
import { ConnectProxy } from "../../stand-ins/proxies/connect-proxy.ts";
import { SocksProxy } from "../../stand-ins/proxies/socks-proxy.ts";
import { makePem } from "../../stand-ins/whatsapp/certificate.ts";

interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
interface SelfReview extends KubeObject {
  status?: { userInfo: UserInfo };
}
const reviews: Resource<SelfReview> = resource({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  scope: "Cluster",
});
const review = {
  apiVersion: "authentication.k8s.io/v1",
  kind: "SelfSubjectReview",
  metadata: { name: "" },
};

/** How kubectl and this program are called alike. */
interface Shape {
  /** Each a file of KUBECONFIG. */
  readonly files: readonly object[];
  readonly choice?: Choice;
  readonly env?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a kubeconfig that kubectl reads", () => {
  let server: ApiServer;
  let relay: TcpRelay;
  let folder: string;
  let prefixed: { readonly url: string; readonly process: ChildProcess };
  let client: { readonly cert: string; readonly key: string };
  let files = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "proxyfleet-kubeconfigs-"));
    const pem = await makePem();
    client = { cert: pem.slice(0, pem.indexOf("-----BEGIN PRIVATE")), key: pem };
    server = await ApiServer.start({ flags: [`--client-ca-file=${await file(client.cert)}`] });
    relay = await TcpRelay.start(Number(new URL(server.url).port));
    prefixed = await underPath("/k8s/clusters/c-1/");
  });
  after(async () => {
    prefixed?.process.kill();
    relay?.stop();
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  async function file(content: object | string): Promise<string> {
    const path = join(folder, `file-${++files}`);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }

  /** kubectl's own proxy: without TLS, and below a path. */
  async function underPath(prefix: string) {
    const args = ["proxy", "--port=0", `--api-prefix=${prefix}`, "--kubeconfig", server.kubeconfig];
    const child = spawn(programPath("kubectl"), args, { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    const [address] = /127\.0\.0\.1:\d+/.exec(said.toString()) ?? assert.fail("no address");
    return { url: `http://${address}${prefix}`, process: child };
  }

  const cluster = (more: object = {}) => ({
    server: server.url,
    "certificate-authority-data": base64(server.ca),
    ...more,
  });
  const admin = () => ({ token: server.token });
  const one = (user: object, more: object = {}) => [
    kubeconfigObject({ cluster: cluster(more), user }),
  ];

  async function environment({ files: written, env }: Shape): Promise<Record<string, string>> {
    const paths: string[] = [];
    for (const each of written) paths.push(await file(each));
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      KUBECONFIG: paths.join(delimiter),
      ...env,
    };
  }

  async function byKubectl(shape: Shape, env: Record<string, string>): Promise<UserInfo> {
    const { context, as, asUid, asGroups = [] } = shape.choice ?? {};
    const flags = Object.entries({ context, as, "as-uid": asUid }).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}=${value}`],
    );
    const groups = asGroups.map((group) => `--as-group=${group}`);
    const args = ["auth", "whoami", "-o", "json", ...flags, ...groups];
    const { stdout } = await run(programPath("kubectl"), args, { env });
    return (JSON.parse(stdout) as { status: { userInfo: UserInfo } }).status.userInfo;
  }

  async function byUs(shape: Shape, env: Record<string, string>): Promise<UserInfo | undefined> {
    const connection = Connection.by(shape.choice ?? {}, { env });
    const stop = new AbortController();
    try {
      const api = new ApiClient(connection, stop.signal, { sleep, random: Math.random });
      const answer = await api.create<SelfReview>(reviews, review, "test");
      return answer.status?.userInfo;
    } finally {
      await connection.close();
    }
  }

  const plugin = (text: string, more: object = {}) => ({
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sh",
      args: ["-c", text],
      interactiveMode: "IfAvailable",
      ...more,
    },
  });
  const credential = (status: string) =>
    `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}`;

  const shapes: Record<string, () => Shape | Promise<Shape>> = {
    "with a token": () => ({ files: one(admin()) }),
    "with a token in a file, beside it": async () => ({
      files: one({ tokenFile: (await file(`${server.token}\n`)).replace(`${folder}/`, "") }),
    }),
    "with a token in a file and another one": async () => ({
      files: one({ tokenFile: await file(server.token), token: "other" }),
    }),
    "with a client's certificate": () => ({
      files: one({
        "client-certificate-data": base64(client.cert),
        "client-key-data": base64(client.key),
      }),
    }),
    "with a credential plugin": () => ({
      files: one(plugin(`echo '${credential(`{"token":"${server.token}"}`)}'`)),
    }),
    "with a credential plugin that needs to know the cluster": () => ({
      files: one(
        plugin(
          `case "$KUBERNETES_EXEC_INFO" in *'"server":"${server.url}"'*) echo '${credential(`{"token":"${server.token}"}`)}' ;; esac`,
          { provideClusterInfo: true },
        ),
      ),
    }),
    "with a slash at the end of the server": () => ({
      files: one(admin(), { server: `${server.url}/` }),
    }),
    "with a server without TLS, below a path": () => ({
      files: [kubeconfigObject({ cluster: { server: prefixed.url } })],
    }),
    "with another name for TLS": () => ({
      files: one(admin(), { "tls-server-name": "kubernetes.default" }),
    }),
    "without a look at certificates": () => ({
      files: [
        kubeconfigObject({
          cluster: { server: server.url, "insecure-skip-tls-verify": true },
          user: admin(),
        }),
      ],
    }),
    "that stands for a user": () => ({ files: one({ ...admin(), as: "ann" }) }),
    "that stands for a user of several groups, with all the rest": () => ({
      files: one({
        ...admin(),
        as: "Ünal",
        "as-uid": "7",
        "as-groups": ["a", "b, c", "system:masters"],
        "as-user-extra": { "Acme.com/%scope": ["x", "y"], other: ["z"] },
      }),
    }),
    "with flags that stand for somebody else": () => ({
      files: one({ ...admin(), as: "ann", "as-groups": ["a"], "as-uid": "7" }),
      choice: { as: "bob", asGroups: ["b", "c"], asUid: "8" },
    }),
    "with a flag for the user alone": () => ({
      files: one({ ...admin(), as: "ann", "as-groups": ["a"] }),
      choice: { as: "bob" },
    }),
    "in several files, where the first counts": () => ({
      files: [
        { users: [{ name: "test", user: { ...admin(), as: "first" } }] },
        ...one({ ...admin(), as: "second" }),
      ],
    }),
    "with another context": () => ({
      files: [
        ...one(admin()),
        {
          contexts: [{ name: "other", context: { cluster: "test", user: "other" } }],
          users: [{ name: "other", user: { ...admin(), as: "other" } }],
          "current-context": "other",
        },
      ],
      choice: { context: "other" },
    }),
  };
  for (const [name, shape] of Object.entries(shapes))
    test(`${name}: the server sees the same user`, async () => {
      const made = await shape();
      const env = await environment(made);
      const expected = await byKubectl(made, env);
      assert.deepEqual(withoutCredentialId(await byUs(made, env)), withoutCredentialId(expected));
    });

  test("with a file that is missing: the server sees the same user", async () => {
    const shape = { files: one({ ...admin(), as: "ann" }) };
    const env = await environment(shape);
    env["KUBECONFIG"] = [join(folder, "none"), env["KUBECONFIG"]].join(delimiter);
    assert.deepEqual(await byUs(shape, env), await byKubectl(shape, env));
  });

  interface Way {
    readonly opened: number;
    readonly certificate?: string | undefined;
    url(): string;
    stop(): void;
  }
  const ways: Record<string, () => Promise<Way>> = {
    "an HTTP proxy": async () => ConnectProxy.start(relay.port),
    "an HTTPS proxy": async () => ConnectProxy.start(relay.port, { tls: true }),
    "a SOCKS proxy": async () => SocksProxy.start(relay.port),
  };
  for (const [name, start] of Object.entries(ways)) {
    test(`with ${name}: neither calls nor watches go direct`, async () => {
      const way = await start();
      const before = relay.accepted;
      const ca = base64(server.ca + (way.certificate ?? ""));
      const more = {
        server: `https://127.0.0.1:${relay.port}`,
        "proxy-url": way.url(),
        "certificate-authority-data": ca,
      };
      const shape = { files: one(admin(), more) };
      const env = await environment(shape);
      try {
        assert.deepEqual(await byUs(shape, env), await byKubectl(shape, env));
        await watchOnce(env);
        assert.ok(way.opened >= 3, `${way.opened} connections through the proxy`);
        assert.equal(relay.accepted - before - way.opened, 0, "connections that went direct");
      } finally {
        way.stop();
      }
    });

    test(`with ${name} in HTTPS_PROXY: neither calls nor watches go direct`, async () => {
      const way = await start();
      const before = relay.accepted;
      const more = {
        server: "https://cluster.invalid:6443",
        "tls-server-name": "kubernetes.default",
        "certificate-authority-data": base64(server.ca + (way.certificate ?? "")),
      };
      const shape = { files: one(admin(), more), env: { HTTPS_PROXY: way.url() } };
      const env = await environment(shape);
      try {
        assert.deepEqual(await byUs(shape, env), await byKubectl(shape, env));
        await watchOnce(env);
        assert.equal(relay.accepted - before - way.opened, 0, "connections that went direct");
      } finally {
        way.stop();
      }
    });
  }

  async function watchOnce(env: Record<string, string>): Promise<void> {
    const connection = Connection.by({}, { env });
    const stop = new AbortController();
    try {
      const api = new ApiClient(connection, stop.signal, { sleep, random: Math.random });
      const watch = { resourceVersion: "0", timeoutSeconds: 60 };
      const events = api.watch(namespaces, watch, stop.signal);
      assert.equal((await events.next()).value?.type, "ADDED");
    } finally {
      stop.abort();
      await connection.close();
    }
  }

  const refused: Record<string, () => Shape> = {
    "without its context": () => ({ files: one(admin()), choice: { context: "gone" } }),
    "with groups of nobody": () => ({ files: one({ ...admin(), "as-groups": ["a"] }) }),
    "with a certificate without a key": () => ({
      files: one({ "client-certificate-data": base64(client.cert) }),
    }),
    "with a proxy of another kind": () => ({ files: one(admin(), { "proxy-url": "ftp://a" }) }),
    "with a token file that is missing": () => ({ files: one({ tokenFile: "/nowhere/token" }) }),
    "with authorities that are none": () => ({
      files: one(admin(), { "certificate-authority-data": base64("none") }),
    }),
    "with a plugin that must ask, where nobody is": () => ({
      files: one(plugin("true", { interactiveMode: "Always" })),
    }),
  };
  for (const [name, shape] of Object.entries(refused))
    test(`${name}: it is refused, as by kubectl`, async () => {
      const env = await environment(shape());
      await assert.rejects(byKubectl(shape(), env));
      await assert.rejects(byUs(shape(), env), (error) => {
        const first = error instanceof Error ? (error.cause ?? error) : error;
        assert.ok(error instanceof KubeconfigError || first instanceof KubeconfigError);
        return true;
      });
    });

  describe("for commands", () => {
    const program = join(import.meta.dirname, "../../../src/main.ts");
    const exporting = async (flags: readonly string[]) => {
      const args = [program, "ledger", "export", "--kubeconfig", server.kubeconfig, ...flags];
      return run(process.execPath, args).catch((error: { stderr: string }) => error);
    };

    test("--as is heard by the server, and --as-group too", async () => {
      assert.match(
        (await exporting(["--as=ann"])).stderr,
        /403 Forbidden: .*User "ann" cannot list/,
      );
      const groups = ["--as-group=a", "--as-group=system:masters"];
      // There is no such kind on this server: it says so to those who may know.
      assert.match((await exporting(["--as=ann", ...groups])).stderr, /404 /);
    });

    test("a plugin asks a person at the terminal", async () => {
      const ask = `printf 'Code: ' >&2; read -r code; echo '${credential('{"token":"CODE"}')}' | sed "s/CODE/$code/"`;
      const kubeconfig = await file(one(plugin(ask, { interactiveMode: "Always" }))[0]!);
      const command = `${process.execPath} ${program} ledger export --kubeconfig ${kubeconfig}`;
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      await waitFor("the question", () => said.includes("Code: "));
      child.stdin.write(`${server.token}\n`);
      await once(child, "close");
      assert.match(said, /404 /, "the server knows the token");
    });
  });
});

/** Each of two sessions with one certificate or token may have a number of its own. */
function withoutCredentialId(user: UserInfo | undefined): UserInfo | undefined {
  if (user?.extra === undefined) return user;
  const { "authentication.kubernetes.io/credential-id": _id, ...extra } = user.extra;
  return { ...user, extra };
}

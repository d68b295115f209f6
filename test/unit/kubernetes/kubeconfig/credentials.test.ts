import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Credentials } from "../../../../src/kubernetes/kubeconfig/credentials.ts";
import { KubeconfigError } from "../../../../src/kubernetes/kubeconfig/entry.ts";
import { targetOf } from "../../../objects/kubeconfig.ts";

const server = "https://cluster.example:6443";
const folder = mkdtempSync(join(tmpdir(), "proxyfleet-credentials-"));
after(() => rmSync(folder, { recursive: true }));

const pem = (what: string) => `-----BEGIN ${what}-----\nAA==\n-----END ${what}-----\n`;
const base64 = (text: string) => Buffer.from(text).toString("base64");
let files = 0;
function file(content: string): string {
  const path = join(folder, `file-${++files}`);
  writeFileSync(path, content);
  return path;
}

interface Ways {
  readonly isTerminal?: boolean;
  readonly isProxied?: boolean;
  readonly date?: () => number;
}
function credentials(user: object, cluster: object = {}, ways: Ways = {}): Credentials {
  const options = { isTerminal: false, isProxied: false, date: Date.now, ...ways };
  return new Credentials(targetOf({ cluster: { server, ...cluster }, user }), options);
}

async function refusal(user: object, cluster: object = {}, ways: Ways = {}) {
  const error: unknown = await credentials(user, cluster, ways)
    .read()
    .then(() => assert.fail("it is not refused"))
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof KubeconfigError, String(error));
  return error;
}

describe("who asks", () => {
  const cases: Record<string, { user: object; cluster?: object; expect: object }> = {
    "is nobody by default": { user: {}, expect: {} },
    "has a token": { user: { token: "t" }, expect: { authorization: "Bearer t" } },
    "has a password": {
      user: { username: "u", password: "p" },
      expect: { authorization: "Basic dTpw" },
    },
    "has a token rather than a plugin": {
      user: {
        token: "t",
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "false",
          interactiveMode: "Never",
        },
      },
      expect: { authorization: "Bearer t" },
    },
    "has a token and stands for somebody": {
      user: { token: "t", as: "ann", "as-groups": ["a", "b"] },
      expect: {
        authorization: "Bearer t",
        "impersonate-user": "ann",
        "impersonate-group": ["a", "b"],
      },
    },
    "shows no token where it would go out in the clear": {
      user: { token: "t", as: "ann" },
      cluster: { server: "http://127.0.0.1:8001" },
      expect: { "impersonate-user": "ann" },
    },
  };
  for (const [name, { user, cluster, expect }] of Object.entries(cases))
    test(name, async () =>
      assert.deepEqual((await credentials(user, cluster).read()).headers, expect),
    );
});

describe("a token in a file", () => {
  test("counts without the blanks around it, and is read again each time", async () => {
    const tokenFile = file(" first\n");
    const reader = credentials({ tokenFile });
    assert.equal((await reader.read()).headers["authorization"], "Bearer first");
    writeFileSync(tokenFile, "second");
    assert.equal((await reader.read()).headers["authorization"], "Bearer second");
  });

  test("counts before another token, and on while the file is gone", async () => {
    const tokenFile = file("first");
    const reader = credentials({ tokenFile, token: "other" });
    assert.equal((await reader.read()).headers["authorization"], "Bearer first");
    rmSync(tokenFile);
    assert.equal((await reader.read()).headers["authorization"], "Bearer first");
  });

  test("is looked for beside the kubeconfig", async () => {
    const error = await refusal({ tokenFile: "no/token" });
    assert.equal(error.place.field, 'users["test"].user.tokenFile');
    assert.match(error.message, /\/no\/token can't be read/);
  });

  test("that is empty is refused", async () =>
    assert.match((await refusal({ tokenFile: file("\n") })).message, /is empty: write a token/));
});

describe("certificates", () => {
  const [cert, key, ca] = [pem("CERTIFICATE"), pem("PRIVATE KEY"), pem("CERTIFICATE")];

  test("come from files or data, and data count before files", async () => {
    const { tls } = await credentials(
      {
        "client-certificate": file("x"),
        "client-certificate-data": base64(cert),
        "client-key": file(key),
      },
      { "certificate-authority": file(ca), "tls-server-name": "other.example" },
    ).read();
    assert.deepEqual(tls, {
      ca,
      cert,
      key,
      servername: "other.example",
      rejectUnauthorized: true,
    });
  });

  test("are not checked where the cluster says so", async () => {
    const { tls } = await credentials({}, { "insecure-skip-tls-verify": true }).read();
    assert.equal(tls.rejectUnauthorized, false);
  });

  const wrong: Record<string, { user?: object; cluster?: object; field: string; says: RegExp }> = {
    "a file that is not there": {
      cluster: { "certificate-authority": "/nowhere/ca.crt" },
      field: 'clusters["test"].cluster.certificate-authority',
      says: /\/nowhere\/ca\.crt can't be read/,
    },
    "data that are none": {
      cluster: { "certificate-authority-data": "secret" },
      field: 'clusters["test"].cluster.certificate-authority-data',
      says: /holds no PEM in base64/,
    },
    "one without its key": {
      user: { "client-certificate-data": base64(cert) },
      field: 'users["test"].user.client-key',
      says: /is missing/,
    },
  };
  for (const [name, { user = {}, cluster, field, says }] of Object.entries(wrong))
    test(`${name} are named by the field`, async () => {
      const error = await refusal(user, cluster);
      assert.equal(error.place.field, field);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /secret/);
    });
});

describe("a credential plugin", () => {
  const apiVersion = "client.authentication.k8s.io/v1";
  const answer = (status: object) => JSON.stringify({ apiVersion, kind: "ExecCredential", status });
  const script = (text: string, more: object = {}) => ({
    exec: {
      apiVersion,
      command: "sh",
      args: ["-c", text],
      interactiveMode: "IfAvailable",
      ...more,
    },
  });
  const prints = (status: object) => script(`echo '${answer(status)}'`);

  test("gives a token", async () => {
    const { headers } = await credentials(prints({ token: "t" })).read();
    assert.equal(headers["authorization"], "Bearer t");
  });

  test("gives a certificate", async () => {
    const status = { clientCertificateData: "c", clientKeyData: "k" };
    const { tls } = await credentials(prints(status)).read();
    assert.deepEqual([tls.cert, tls.key], ["c", "k"]);
  });

  test("learns of the call, and of the cluster where it asks for that", async () => {
    const told = async (more: object, isTerminal = false) => {
      const out = file("");
      const status = answer({ token: "t" });
      const text = `printf %s "$KUBERNETES_EXEC_INFO $EXTRA" > ${out}; echo '${status}'`;
      const extra = { env: [{ name: "EXTRA", value: "{}" }], ...more };
      const cluster = {
        "certificate-authority-data": base64(pem("CERTIFICATE")),
        "proxy-url": "http://squid.example",
        extensions: [{ name: "client.authentication.k8s.io/exec", extension: { a: 1 } }],
      };
      await credentials(script(text, extra), cluster, { isTerminal }).read();
      const said = readFileSync(out, "utf8");
      assert.ok(said.endsWith(" {}"), "its own variables");
      return (JSON.parse(said.slice(0, -3)) as { spec: unknown }).spec;
    };
    assert.deepEqual(await told({}), { interactive: false });
    assert.deepEqual(await told({}, true), { interactive: true });
    assert.deepEqual(await told({ interactiveMode: "Never" }, true), { interactive: false });
    assert.deepEqual(await told({ provideClusterInfo: true }), {
      interactive: false,
      cluster: {
        server,
        "certificate-authority-data": base64(pem("CERTIFICATE")),
        "proxy-url": "http://squid.example",
        config: { a: 1 },
      },
    });
  });

  test("is asked again once its answer has ended, and not before", async () => {
    const out = file("");
    const status = answer({ token: "t", expirationTimestamp: "2026-01-01T00:00:00Z" });
    let now = Date.parse("2025-12-31T23:59:59Z");
    const user = script(`echo >> ${out}; echo '${status}'`);
    const reader = credentials(user, {}, { date: () => now });
    const times = () => readFileSync(out, "utf8").length;
    await reader.read();
    await reader.read();
    assert.equal(times(), 1);
    now += 1_000;
    await reader.read();
    assert.equal(times(), 2);
  });

  const wrong: Record<string, { user: object; field: string; says: RegExp }> = {
    "that is not there is named with its hint, of which nothing steers the terminal": {
      user: script("", { command: "no-such-plugin", installHint: "get \u001b[1mit\u0007" }),
      field: "exec.command",
      says: /there is no program "no-such-plugin": get \[1mit$/,
    },
    "that fails is named": {
      user: script("exit 3"),
      field: "exec.command",
      says: /"sh" failed \(3\): do what it says/,
    },
    "that wants to ask somebody where nobody is, is not run": {
      user: script("exit 3", { interactiveMode: "Always" }),
      field: "exec.interactiveMode",
      says: /run this in a terminal/,
    },
    "that prints something else is named": {
      user: script("echo '{\"secret\": 1}'"),
      field: "exec.command",
      says: /printed no ExecCredential/,
    },
    "that prints no JSON is named": {
      user: script("echo secret"),
      field: "exec.command",
      says: /printed no ExecCredential/,
    },
    "that answers in another version is named": {
      user: script(`echo '${answer({ token: "t" })}'`, {
        apiVersion: "client.authentication.k8s.io/v1beta1",
      }),
      field: "exec.apiVersion",
      says: /another version/,
    },
    "that has nothing is named": {
      user: prints({}),
      field: "exec.command",
      says: /neither a token nor a certificate/,
    },
  };
  for (const [name, { user, field, says }] of Object.entries(wrong))
    test(name, async () => {
      const error = await refusal(user);
      assert.equal(error.place.field, `users["test"].user.${field}`);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /secret/);
    });
});

describe("an auth-provider", () => {
  const token = (exp: number) =>
    ["{}", JSON.stringify({ exp }), ""].map((part) => base64(part)).join(".");
  const oidc = (exp: number) => ({
    "auth-provider": { name: "oidc", config: { "id-token": token(exp) } },
  });
  const now = { date: () => 1_000_000 };

  test("of the kind oidc gives its token", async () => {
    const later = Date.now() / 1000 + 3600;
    const { headers } = await credentials(oidc(later)).read();
    assert.equal(headers["authorization"], `Bearer ${token(later)}`);
  });

  const wrong: Record<string, { user: object; ways?: Ways; field: string; says: RegExp }> = {
    "of a kind that kubectl no longer reads is named": {
      user: { "auth-provider": { name: "gcp" } },
      field: "auth-provider.name",
      says: /"gcp" is read no more.*under exec/,
    },
    "whose token has ended is not renewed past a proxy": {
      user: oidc(999),
      ways: { ...now, isProxied: true },
      field: "auth-provider.config.id-token",
      says: /run any kubectl command/,
    },
    "whose token has ended and can't be renewed is named": {
      user: oidc(999),
      ways: now,
      field: "auth-provider.config.id-token",
      says: /log in again/,
    },
    "whose token is none is named": {
      user: { "auth-provider": { name: "oidc", config: { "id-token": "a.b.c" } } },
      field: "auth-provider.config.id-token",
      says: /log in again/,
    },
  };
  for (const [name, { user, ways, field, says }] of Object.entries(wrong))
    test(name, async () => {
      const error = await refusal(user, {}, ways);
      assert.equal(error.place.field, `users["test"].user.${field}`);
      assert.match(error.message, says);
    });
});

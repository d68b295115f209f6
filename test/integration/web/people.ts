import { createPrivateKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";

const rbac = "rbac.authorization.k8s.io";
const group = "proxyfleet.dev";

/** What somebody may list. */
export interface Allowed {
  /** Fleets of these namespaces; `*`: of all. */
  readonly fleets: readonly string[];
  readonly ledger?: boolean;
  readonly pools?: boolean;
}

/** Makes an account of the namespace `default` with these rights. Resolves to a token of it. */
export async function person(server: ApiServer, name: string, allowed: Allowed): Promise<string> {
  const metadata = { name, namespace: "default" };
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata };
  const made = await server.call("POST", "/api/v1/namespaces/default/serviceaccounts", account);
  if (made.code !== 201) throw new Error(JSON.stringify(made.body));
  const list = (resource: string) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: ["list"],
  });
  const everywhere = [
    ...(allowed.fleets.includes("*") ? [list("whatsappproxies")] : []),
    ...(allowed.ledger === true ? [list("proxyaddresses")] : []),
    ...(allowed.pools === true ? [list("addresspools")] : []),
  ];
  if (everywhere.length > 0) await bind(server, name, { rules: everywhere });
  for (const namespace of allowed.fleets.filter((each) => each !== "*"))
    await bind(server, name, { namespace, rules: [list("whatsappproxies")] });
  return tokenOf(server, name);
}

/** A token that lasts for ten minutes. */
export async function tokenOf(server: ApiServer, name: string): Promise<string> {
  const { body } = await server.call(
    "POST",
    `/api/v1/namespaces/default/serviceaccounts/${name}/token`,
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  );
  return (body["status"] as { token: string }).token;
}

/** A token as the cluster itself would sign it, with an end of one's choice. */
export async function signedToken(
  server: ApiServer,
  name: string,
  endsInS: number,
): Promise<string> {
  const pem = await readFile(join(dirname(server.kubeconfig), "accounts.key"), "utf8");
  const { body } = await server.call("GET", `/api/v1/namespaces/default/serviceaccounts/${name}`);
  const { uid } = body["metadata"] as { uid: string };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://127.0.0.1",
    aud: ["https://127.0.0.1"],
    sub: `system:serviceaccount:default:${name}`,
    iat: now - 7200,
    nbf: now - 7200,
    exp: now + endsInS,
    "kubernetes.io": { namespace: "default", serviceaccount: { name, uid } },
  };
  const encoded = [{ alg: "ES256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const text = encoded.join(".");
  const key = { key: createPrivateKey(pem), dsaEncoding: "ieee-p1363" } as const;
  return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
}

/** Takes a right away again. */
export async function unbind(server: ApiServer, name: string, namespace: string): Promise<void> {
  await server.call("DELETE", `/apis/${rbac}/v1/namespaces/${namespace}/rolebindings/${name}`);
}

/** Ends an account, and with it its tokens. */
export async function revoke(server: ApiServer, name: string): Promise<void> {
  await server.call("DELETE", `/api/v1/namespaces/default/serviceaccounts/${name}`);
}

interface Role {
  readonly namespace?: string;
  readonly rules: readonly object[];
}

async function bind(server: ApiServer, name: string, { namespace, rules }: Role): Promise<void> {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const place = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const apiVersion = `${rbac}/v1`;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const path = `/apis/${apiVersion}${place}/${kind.toLowerCase()}`;
  const roleRef = { apiGroup: rbac, kind, name };
  const subjects = [{ kind: "ServiceAccount", name, namespace: "default" }];
  for (const [at, object] of [
    [`${path}s`, { apiVersion, kind, metadata, rules }],
    [`${path}bindings`, { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects }],
  ] as const) {
    const { code, body } = await server.call("POST", at, object);
    if (code !== 201) throw new Error(JSON.stringify(body));
  }
}

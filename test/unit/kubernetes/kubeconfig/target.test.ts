import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Place, KubeconfigError } from "../../../../src/kubernetes/kubeconfig/entry.ts";
import { type Choice, findTarget } from "../../../../src/kubernetes/kubeconfig/target.ts";
import { type Written, kubeconfigObject, targetOf } from "../../../objects/kubeconfig.ts";

const server = "https://cluster.example:6443";
const folder = mkdtempSync(join(tmpdir(), "proxyfleet-kubeconfig-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: object | string): string {
  const path = join(folder, `config-${++files}`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** A kubeconfig with one context, cluster and user of each given name; the cluster says which file. */
const lists = (names: readonly string[], host: string, more: object = {}) => ({
  clusters: names.map((name) => ({ name, cluster: { server: `https://${host}` } })),
  users: names.map((name) => ({ name, user: { token: host } })),
  contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
  ...more,
});

function refusal(work: () => unknown): { place: Place; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof KubeconfigError) return error;
    throw error;
  }
  return assert.fail("it is not refused");
}

describe("the API server's address", () => {
  const cases: Record<string, { given: string; expect: string }> = {
    "stays as it is": { given: server, expect: server },
    "loses a slash at its end": { given: `${server}/`, expect: server },
    "keeps its path": {
      given: "https://rancher.example/k8s/clusters/c-1",
      expect: "https://rancher.example/k8s/clusters/c-1",
    },
    "keeps its path without slashes at its end": {
      given: "https://rancher.example/k8s//",
      expect: "https://rancher.example/k8s",
    },
    "loses a query, as with kubectl": {
      given: "https://rancher.example/k8s?a=b",
      expect: "https://rancher.example/k8s",
    },
    "may be one without TLS": { given: "http://127.0.0.1:8001/", expect: "http://127.0.0.1:8001" },
    "is one without TLS where it has no scheme": {
      given: "127.0.0.1:8001",
      expect: "http://127.0.0.1:8001",
    },
    "may be one of IPv6": {
      given: "https://[2001:db8::1]:6443",
      expect: "https://[2001:db8::1]:6443",
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(targetOf({ cluster: { server: given } }).server, expect));
});

describe("several files in KUBECONFIG", () => {
  const found = (paths: readonly string[], choice: Choice = {}) =>
    findTarget(choice, { KUBECONFIG: paths.join(":"), HOME: folder });

  test("are one: the first to say something is right", () => {
    const first = file(lists(["a", "both"], "first"));
    const second = file(lists(["b", "both"], "second", { "current-context": "b" }));
    const third = file(lists(["c"], "third", { "current-context": "c" }));
    const all = [first, second, third];
    assert.equal(found(all).server, "https://second", "the first current-context");
    assert.equal(found(all, { context: "both" }).server, "https://first");
    assert.equal(found(all, { context: "both" }).user.value.token, "first");
    assert.equal(found(all, { context: "c" }).server, "https://third");
  });

  test("may lack some, and name one twice", () => {
    const there = file(lists(["a"], "there", { "current-context": "a" }));
    assert.equal(found([join(folder, "none"), there, there, ""]).server, "https://there");
  });

  test("that are all missing are named", () => {
    const { message } = refusal(() => found([join(folder, "none"), join(folder, "nil")]));
    assert.match(message, /\/none, .*\/nil: the file: does not exist.*--kubeconfig/);
  });

  test("don't count where one is named", () => {
    const there = file(lists(["a"], "there", { "current-context": "a" }));
    const named = file(lists(["b"], "named", { "current-context": "b" }));
    assert.equal(found([there], { kubeconfig: named }).server, "https://named");
  });
});

test("without KUBECONFIG, the kubeconfig is the one in the home directory", () =>
  assert.match(
    refusal(() => findTarget({}, { HOME: folder })).message,
    new RegExp(`${folder}/.kube/config`),
  ));

describe("what is wrong in a kubeconfig is named", () => {
  const cluster = { server };
  const cases: Record<
    string,
    { written: object | string; choice?: Choice; field: string; says: RegExp; context?: string }
  > = {
    "no context": {
      written: { ...kubeconfigObject({ cluster }), "current-context": "" },
      field: "current-context",
      says: /is empty: choose one with --context/,
    },
    "a current context that is not there": {
      written: { ...kubeconfigObject({ cluster }), "current-context": "gone" },
      field: "current-context",
      says: /there is no context "gone"/,
    },
    "a chosen context that is not there": {
      written: kubeconfigObject({ cluster }),
      choice: { context: "gone" },
      field: "--context",
      says: /there is no context "gone"/,
      context: "gone",
    },
    "a cluster that is not there": {
      written: { ...kubeconfigObject({ cluster }), clusters: null },
      field: 'contexts["test"].context.cluster',
      says: /there is no cluster "test"/,
      context: "test",
    },
    "a user that is not there": {
      written: { ...kubeconfigObject({ cluster }), users: [] },
      field: 'contexts["test"].context.user',
      says: /there is no user "test"/,
      context: "test",
    },
    "no server": {
      written: kubeconfigObject({ cluster: {} }),
      field: 'clusters["test"].cluster.server',
      says: /is empty: write/,
      context: "test",
    },
    "a server that is none": {
      written: kubeconfigObject({ cluster: { server: "ftp://cluster.example" } }),
      field: 'clusters["test"].cluster.server',
      says: /"ftp:\/\/cluster\.example" is no address/,
      context: "test",
    },
    "a field of another type": {
      written: kubeconfigObject({ cluster, user: { "as-uid": 1000 } }),
      field: 'users["test"].user.as-uid',
      says: /expected string/,
      context: "test",
    },
    "groups of nobody": {
      written: kubeconfigObject({ cluster, user: { "as-groups": ["a"] } }),
      field: 'users["test"].user.as',
      says: /is empty.*--as/,
      context: "test",
    },
    "a plugin that does not say whether it asks people": {
      written: kubeconfigObject({
        cluster,
        user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "a" } },
      }),
      field: 'users["test"].user.exec.interactiveMode',
      says: /set it to Never, IfAvailable or Always/,
      context: "test",
    },
    "a name that is there twice": {
      written: { users: [{ name: "a" }, { name: "a" }] },
      field: 'users["a"]',
      says: /is there twice/,
    },
    "a file that is no YAML, without its secrets": {
      written: "users:\n- name: a\n  user: {token: secret\n- b",
      field: "line 4",
      says: /is no YAML/,
    },
    "a list that is none": {
      written: { users: {} },
      field: "the file.users",
      says: /expected array/,
    },
  };
  for (const [name, { written, choice, field, says, context }] of Object.entries(cases))
    test(name, () => {
      const kubeconfig = file(written);
      const error = refusal(() => findTarget({ kubeconfig, ...choice }, {}));
      assert.deepEqual(error.place, { file: kubeconfig, context, field });
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /secret/);
    });

  test("a named file that is not there", () =>
    assert.match(
      refusal(() => findTarget({ kubeconfig: "/nowhere/kubeconfig" }, {})).message,
      /^kubeconfig \/nowhere\/kubeconfig: the file: can't be read: name another one/,
    ));
});

describe("what a person chooses", () => {
  const cluster = { server };
  const user = {
    as: "ann",
    "as-uid": "7",
    "as-groups": ["staff"],
    "as-user-extra": { scopes: ["view"] },
  };
  const cases: Record<string, { written?: Partial<Written>; choice: Choice; expect: object }> = {
    "may be nothing": {
      choice: {},
      expect: { namespace: "default", impersonated: undefined },
    },
    "is the context's namespace by default": {
      written: { namespace: "proxies" },
      choice: {},
      expect: { namespace: "proxies", impersonated: undefined },
    },
    "takes the place of the context's namespace": {
      written: { namespace: "proxies" },
      choice: { namespace: "other" },
      expect: { namespace: "other", impersonated: undefined },
    },
    "is whom the kubeconfig stands for by default": {
      written: { user },
      choice: {},
      expect: {
        namespace: "default",
        impersonated: { user: "ann", uid: "7", groups: ["staff"], extra: { scopes: ["view"] } },
      },
    },
    "takes the place of one field each": {
      written: { user },
      choice: { as: "bob", asGroups: ["a", "b"] },
      expect: {
        namespace: "default",
        impersonated: { user: "bob", uid: "7", groups: ["a", "b"], extra: { scopes: ["view"] } },
      },
    },
    "leaves groups alone where it names none": {
      written: { user },
      choice: { asGroups: [], asUid: "8" },
      expect: {
        namespace: "default",
        impersonated: { user: "ann", uid: "8", groups: ["staff"], extra: { scopes: ["view"] } },
      },
    },
  };
  for (const [name, { written, choice, expect }] of Object.entries(cases))
    test(name, () => {
      const { namespace, impersonated } = targetOf({ cluster, ...written }, choice);
      assert.deepEqual({ namespace, impersonated }, expect);
    });
});

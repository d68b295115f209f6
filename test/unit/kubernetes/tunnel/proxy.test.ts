import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { KubeconfigError } from "../../../../src/kubernetes/kubeconfig/entry.ts";
import { isExempt } from "../../../../src/kubernetes/tunnel/no-proxy.ts";
import { proxyFor } from "../../../../src/kubernetes/tunnel/proxy.ts";
import { targetOf } from "../../../objects/kubeconfig.ts";

const server = "https://cluster.example:6443";
const chosen = (cluster: object, env: Record<string, string> = {}) =>
  proxyFor(targetOf({ cluster: { server, ...cluster } }), env);
const squid = { kind: "http", host: "squid.example", port: 3128, user: undefined };

describe("the proxy on the way to an API server", () => {
  const cases: Record<
    string,
    { cluster?: object; env?: Record<string, string>; expect: object | undefined }
  > = {
    "is none by default": { expect: undefined },
    "is the cluster's own": {
      cluster: { "proxy-url": "http://squid.example:3128" },
      expect: squid,
    },
    "is the cluster's own, whatever the variables say": {
      cluster: { "proxy-url": "http://squid.example:3128" },
      env: { HTTPS_PROXY: "http://other.example", NO_PROXY: "*" },
      expect: squid,
    },
    "is the cluster's own for this machine too": {
      cluster: { server: "https://127.0.0.1:6443", "proxy-url": "http://squid.example:3128" },
      expect: squid,
    },
    "has the usual port of its kind": {
      cluster: { "proxy-url": "socks5://[2001:db8::1]" },
      expect: { kind: "socks5", host: "2001:db8::1", port: 1080, user: undefined },
    },
    "has the user and password of its address": {
      cluster: { "proxy-url": "https://a%40b:c%3Ad@squid.example" },
      expect: {
        kind: "https",
        host: "squid.example",
        port: 443,
        user: { name: "a@b", password: "c:d" },
      },
    },
    "is that of HTTPS_PROXY": { env: { HTTPS_PROXY: "http://squid.example:3128" }, expect: squid },
    "is that of the variable in small letters": {
      env: { https_proxy: "http://squid.example:3128" },
      expect: squid,
    },
    "may lack its scheme in a variable": {
      env: { HTTPS_PROXY: "squid.example:3128" },
      expect: squid,
    },
    "is not that of HTTP_PROXY, where TLS is spoken": {
      env: { HTTP_PROXY: "http://squid.example:3128" },
      expect: undefined,
    },
    "is that of HTTP_PROXY for a server without TLS": {
      cluster: { server: "http://cluster.example" },
      env: { HTTP_PROXY: "http://squid.example:3128" },
      expect: squid,
    },
    "is none where NO_PROXY names the server": {
      env: { HTTPS_PROXY: "http://squid.example:3128", no_proxy: "a.example,cluster.example" },
      expect: undefined,
    },
  };
  for (const [name, { cluster = {}, env, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(chosen(cluster, env), expect));

  test("is refused where it can't be used, by its field, and without its password", () => {
    for (const url of ["ftp://u:secret@squid.example", "squid", "http://u:secret@"])
      assert.throws(
        () => chosen({ "proxy-url": url }),
        (error) =>
          error instanceof KubeconfigError &&
          error.place.field === 'clusters["test"].cluster.proxy-url' &&
          error.place.context === "test" &&
          !error.message.includes("secret"),
      );
  });

  test("is refused where its variable can't be used, rather than passed by", () =>
    assert.throws(() => chosen({}, { HTTPS_PROXY: "ftp://u:secret@squid.example" }), {
      name: "KubeconfigError",
      message: /: HTTPS_PROXY: the variable holds no address of a proxy: write it like http/,
    }));
});

describe("NO_PROXY", () => {
  const cases: Record<string, { url?: string; list: string; expect: boolean }> = {
    "exempts nothing where it is empty": { list: "", expect: false },
    "exempts a name": { list: "cluster.example", expect: true },
    "exempts a name in other letters": { list: " Cluster.EXAMPLE ", expect: true },
    "exempts names below one": { list: "example", expect: true },
    "exempts no name that only ends alike": { list: "ster.example", expect: false },
    "exempts names below one that begins with a dot": { list: ".example", expect: true },
    "exempts not the name itself where it begins with a dot": {
      list: ".cluster.example",
      expect: false,
    },
    "exempts names below a star": { list: "*.example", expect: true },
    "exempts everything by a star": { list: "a,*", expect: true },
    "exempts a name with its port": { list: "cluster.example:6443", expect: true },
    "exempts no other port": { list: "cluster.example:443", expect: false },
    "knows the port that an address leaves out": {
      url: "https://cluster.example",
      list: "cluster.example:443",
      expect: true,
    },
    "exempts an address": { url: "https://192.0.2.7", list: "192.0.2.7", expect: true },
    "exempts an address by its range": {
      url: "https://10.96.0.1",
      list: "10.0.0.0/8",
      expect: true,
    },
    "exempts no address outside its range": {
      url: "https://192.0.2.7",
      list: "10.0.0.0/8",
      expect: false,
    },
    "exempts an IPv6 address in any form": {
      url: "https://[2001:db8::1]:6443",
      list: "[2001:db8:0::1]:6443",
      expect: true,
    },
    "exempts an IPv6 address without brackets": {
      url: "https://[2001:db8::1]",
      list: "2001:db8::1",
      expect: true,
    },
    "takes no address in brackets without a port, as Go": {
      url: "https://[2001:db8::1]",
      list: "[2001:db8::1]",
      expect: false,
    },
    "takes no port after a colon for any": { list: "cluster.example:", expect: true },
    "takes no address for the end of a name": {
      url: "https://192.0.2.7",
      list: "0.2.7",
      expect: false,
    },
    "has no say about this machine, by name": { url: "https://localhost", list: "", expect: true },
    "has no say about this machine, by address": {
      url: "https://127.0.0.2:6443",
      list: "",
      expect: true,
    },
    "skips entries that say nothing": { list: ",:443,,", expect: false },
  };
  for (const [name, { url = server, list, expect }] of Object.entries(cases))
    test(name, () => assert.equal(isExempt(new URL(url), list), expect));
});

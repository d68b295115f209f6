import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type OperatorConfig, configHelp, readConfig } from "../../src/config.ts";
import { chartValues } from "../../src/pulumi/chart/values.ts";
import { makeLogger } from "../../src/runtime/log.ts";
import { explainError } from "../../src/values/errors.ts";

const defaults: OperatorConfig = {
  kubeconfig: undefined,
  logLevel: "info",
  healthPort: 8081,
  proxyImage: "proxyfleet/proxy:0.1.0",
  fixedUid: true,
  namespace: "proxyfleet-system",
  watchNamespaces: [],
  monitoringNamespaces: ["monitoring"],
  privateUpstreams: [],
  leaderElection: true,
  rollouts: { isHeld: false, percent: 5 },
  workers: 8,
  maxRequestsPerSecond: 0,
  http2: true,
  ingestion: undefined,
  pages: undefined,
  dashboard: undefined,
  feeds: { ioda: false, radarTokenSecret: undefined },
  newsConfig: undefined,
  resolvers: [],
  diagnosisFolder: undefined,
};
const read = (args: readonly string[], environment = {}): OperatorConfig | "help" =>
  readConfig(args, environment, "proxyfleet/proxy:0.1.0");

describe("the operator's settings", () => {
  const cases: Record<
    string,
    {
      args?: readonly string[];
      environment?: Record<string, string>;
      expect: OperatorConfig | "help";
    }
  > = {
    "have defaults": { expect: defaults },
    "come from flags": {
      args: ["--log-level", "debug", "--health-port=0"],
      expect: { ...defaults, logLevel: "debug", healthPort: 0 },
    },
    "hold the pods of all fleets, or replace them faster": {
      args: ["--hold-rollouts=true"],
      environment: { ROLLOUTS_PERCENT: "50" },
      expect: { ...defaults, rollouts: { isHeld: true, percent: 50 } },
    },
    "come from the environment": {
      environment: {
        POD_NAMESPACE: "relief",
        PROXY_IMAGE: "example.org/proxy:2",
        HEALTH_PORT: "9000",
      },
      expect: {
        ...defaults,
        namespace: "relief",
        proxyImage: "example.org/proxy:2",
        healthPort: 9000,
      },
    },
    "come from a flag rather than from the environment": {
      args: ["--namespace", "a"],
      environment: { POD_NAMESPACE: "b" },
      expect: { ...defaults, namespace: "a" },
    },
    "serve agents on a port of its own": {
      args: ["--ingestion-port=8443"],
      environment: {
        POD_IP: "10.0.0.7",
        INGESTION_ADDRESSES: "203.0.113.9:8443, probe.example.org",
      },
      expect: {
        ...defaults,
        ingestion: {
          port: 8443,
          podIp: "10.0.0.7",
          addresses: [
            { host: "203.0.113.9", port: 8443 },
            { host: "probe.example.org", port: 443 },
          ],
          elsewhere: ["www.ripe.net", "www.gnu.org", "www.debian.org"].map((host) => ({
            host,
            port: 443,
          })),
          certificateSecret: undefined,
        },
      },
    },
    "serve share pages on a port of its own": {
      args: ["--pages-port=8082", "--pages-certificate=pages-tls"],
      environment: { POD_IP: "10.0.0.7" },
      expect: {
        ...defaults,
        pages: { port: 8082, podIp: "10.0.0.7", certificateSecret: "pages-tls" },
      },
    },
    "name the outage feeds that are asked": {
      args: ["--feeds-ioda=true", "--feeds-radar-token-secret=radar"],
      expect: { ...defaults, feeds: { ioda: true, radarTokenSecret: "radar" } },
    },
    "name the DNS servers that names are checked at": {
      args: ["--resolvers=192.0.2.53, 192.0.2.54:5353,2001:db8::53,[2001:db8::54]:5353"],
      expect: {
        ...defaults,
        resolvers: ["192.0.2.53:53", "192.0.2.54:5353", "[2001:db8::53]:53", "[2001:db8::54]:5353"],
      },
    },
    "namespaces are told apart by commas": {
      args: ["--watch-namespaces", "relief, family,relief,"],
      expect: { ...defaults, watchNamespaces: ["relief", "family"] },
    },
    "upstreams may be in private networks that are named": {
      args: ["--private-upstreams=10.8.0.0/16, fd00:8::/32"],
      expect: { ...defaults, privateUpstreams: ["10.8.0.0/16", "fd00:8::/32"] },
    },
    "metrics of proxy pods may be for nobody else": {
      args: ["--monitoring-namespaces="],
      expect: { ...defaults, monitoringNamespaces: [] },
    },
    "the user of proxy pods may be the cluster's choice": {
      args: ["--fixed-uid=false"],
      expect: { ...defaults, fixedUid: false },
    },
    "leader election and HTTP/2 can be switched off": {
      args: ["--leader-election=false", "--http2=false"],
      expect: { ...defaults, leaderElection: false, http2: false },
    },
    "an empty variable counts as absent": { environment: { LOG_LEVEL: "" }, expect: defaults },
    "help goes before all else": {
      args: ["--help"],
      environment: { LOG_LEVEL: "loud" },
      expect: "help",
    },
  };
  for (const [name, { args = [], environment, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(read(args, environment), expect));

  const refused: Record<
    string,
    { args?: readonly string[]; environment?: Record<string, string>; says: RegExp }
  > = {
    "a flag that does not exist is named": {
      args: ["--kubeconfg", "x"],
      says: /see proxyfleet operator --help: .*--kubeconfg/,
    },
    "a flag without its value is named": { args: ["--namespace"], says: /--namespace/ },
    "a word that is no flag is named": { args: ["now"], says: /now/ },
    "a level that does not exist names the flag and the levels": {
      args: ["--log-level", "loud"],
      says: /--log-level: .*"debug"\|"info"\|"warn"\|"error"/,
    },
    "a port that is no number names the flag": {
      args: ["--health-port", "http"],
      says: /--health-port: .*number/,
    },
    "a port out of range names the flag": {
      environment: { HEALTH_PORT: "70000" },
      says: /--health-port: .*65535/,
    },
    "a namespace that can't be one names the flag": {
      args: ["--watch-namespaces", "Relief"],
      says: /--watch-namespaces\S*: must be names/,
    },
    "a share of more fleets than there are names the flag": {
      args: ["--rollouts-percent=101"],
      says: /--rollouts-percent: /,
    },
    "no workers at all names the flag": { args: ["--workers=0"], says: /--workers: / },
    "an address for agents that is none is named": {
      args: ["--ingestion-port=8443", "--ingestion-addresses=203.0.113.9:8443,https://x"],
      says: /--ingestion-addresses: "https:\/\/x" must be a host, or host:port/,
    },
    "a port that two servers would have is named": {
      args: ["--ingestion-port=8443", "--pages-port=8443"],
      says: /--pages-port: --ingestion-port has this port too/,
    },
    "two mistakes are reported together": {
      args: ["--log-level", "loud", "--health-port=-1x"],
      says: /--log-level.*; --health-port/,
    },
  };
  for (const [name, { args = [], environment, says }] of Object.entries(refused))
    test(name, () =>
      assert.throws(
        () => read(args, environment),
        (error) =>
          error instanceof Error && error.name === "ConfigError" && says.test(explainError(error)),
      ),
    );
});

describe("every level that chart and Pulumi accept", () => {
  const levels = chartValues.shape.logLevel.unwrap().options;
  for (const level of levels)
    test(`is accepted by the program and its logger: ${level}`, async () => {
      const config = read([`--log-level=${level}`]);
      assert.ok(config !== "help");
      const log = await makeLogger(config.logLevel, false);
      assert.equal(log.level, level);
    });

  test("is a level of the program, and none is missing", () => {
    const help = /--log-level +(.*) \(default/.exec(configHelp())?.[1];
    assert.equal(help, levels.join(", "));
  });
});

test("help tells every flag, and the variable behind it", () => {
  const help = configHelp();
  for (const part of [
    "--kubeconfig",
    "--log-level",
    "--health-port",
    "--proxy-image",
    "--namespace",
    "[POD_NAMESPACE]",
    "[LOG_LEVEL]",
  ])
    assert.ok(help.includes(part), `${part} is missing`);
});

import * as fc from "fast-check";
import { fleet, ledgerEntry, pool, vantagePoint, type Manifest } from "./samples.ts";

type Json = Record<string, unknown>;

const durations = fc.constantFrom(
  "0s",
  "45s",
  "30m",
  "1h30m",
  "1.5h",
  "48h",
  "720h",
  "250ms",
  "99999h",
);
const names = fc.constantFrom("a", "metallb-a", "pool-2", "x".repeat(63));
const ipv4 = fc.constantFrom("203.0.113.9", "198.51.100.7", "0.0.0.0", "255.255.255.255");
const ipv6 = fc.constantFrom(
  "2001:db8::9",
  "::1",
  "::",
  "2001:db8:0:1::",
  "1:2:3:4:5:6:7:8",
  "64:ff9b::102:304",
  "1:0:0:2::3",
);
const networks = fc.constantFrom(
  "10.0.0.0/8",
  "203.0.113.9/32",
  "0.0.0.0/0",
  "2001:db8::/32",
  "10.1.2.3/8",
  "::ABCD/128",
  "1:0::2/64",
);
const ranges = fc.constantFrom(
  "203.0.113.0/26",
  "198.51.100.7-198.51.100.20",
  "203.0.113.9",
  "2001:db8::/112",
  "2001:db8::1-2001:db8::f",
  "1.2.3.4-1.2.3.4",
);
const countries = fc.uniqueArray(fc.constantFrom("IR", "CN", "RU", "NO"), { maxLength: 4 });
const times = fc.constantFrom(
  "2026-11-23T02:14:00Z",
  "2028-02-29T23:59:59.123+03:30",
  "2026-12-31T00:00:00-08:00",
);
const labels = fc.dictionary(
  fc.constantFrom("team", "example.org/team", "a.b-c_d"),
  fc.constantFrom("", "x", "a-b_c.d", "1"),
  {
    maxKeys: 3,
  },
);
const ports = fc.integer({ min: 1, max: 65_535 });
const servers = fc.array(
  fc.constantFrom("g.whatsapp.net:5222", "10.0.0.1:1", "[2001:db8::1]:65535", "relay:443"),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const uniquely = <T>(item: fc.Arbitrary<T>, key: (item: T) => unknown): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: key });

/** An object some of whose members are left out. */
const partly = (
  members: Record<string, fc.Arbitrary<unknown>>,
  requiredKeys: string[] = [],
): fc.Arbitrary<Json> => fc.record(members, { requiredKeys });

const amounts = fc.dictionary(
  fc.constantFrom("cpu", "memory"),
  fc.constantFrom("100m", "128Mi", 2, "1.5", 0),
);
const toleration = partly({
  key: fc.constantFrom("gpu", "example.org/x"),
  operator: fc.constantFrom("Equal", "Exists"),
  value: fc.constantFrom("", "v"),
  effect: fc.constantFrom("NoSchedule", "NoExecute"),
  tolerationSeconds: fc.integer({ min: 0, max: 3600 }),
});

const fleetSpec = partly(
  {
    replicas: fc.integer({ min: 0, max: 1000 }),
    image: partly({
      repository: fc.constantFrom("proxyfleet/proxy", "registry.example.org:5000/a/b_c"),
      tag: fc.constantFrom("0.1.0", "_x"),
      digest: fc.constant(`sha256:${"0a".repeat(32)}`),
      pullPolicy: fc.constantFrom("Always", "Never"),
      pullSecrets: uniquely(partly({ name: names }, ["name"]), ({ name }) => name),
    }),
    resources: partly({ requests: amounts, limits: amounts }),
    scheduling: partly({
      nodeSelector: labels,
      tolerations: fc.array(toleration, { maxLength: 2 }),
      priorityClassName: fc.constant("high.x"),
    }),
    podMetadata: partly({ labels, annotations: labels }),
    listeners: partly({
      chat: partly({ port: ports, decoy: fc.constantFrom("Page", "None") }),
      media: partly({
        port: ports,
        serverNames: fc.constantFrom([], ["whatsapp.net", "*.whatsapp.net"]),
      }),
      plainChat: partly({ port: ports }),
    }),
    upstream: partly({
      chat: partly({ servers, proxyProtocol: fc.constantFrom("V1", "V2", "None") }),
      media: partly({ servers }),
    }),
    limits: partly({
      maxConnections: fc.integer({ min: 1, max: 1e6 }),
      connectionsPerClient: fc.nat(1e6),
      connectionRatePerClient: fc.nat(1e6),
    }),
    addresses: partly(
      {
        count: fc.integer({ min: 1, max: 64 }),
        pools: uniquely(partly({ name: names }, ["name"]), ({ name }) => name),
        externalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
        loadBalancerSourceRanges: fc.array(networks, { maxLength: 3 }),
      },
      ["pools"],
    ),
    audience: partly({ countries }),
    rotation: partly({
      onBlocked: fc.boolean(),
      onPortBlocked: fc.boolean(),
      maxAge: durations,
      minAge: durations,
      jitterPercent: fc.integer({ min: 0, max: 100 }),
      windows: fc.array(
        partly(
          {
            cron: fc.constantFrom("0 2 * * *", "*/5 1-3 1,15 JAN MON"),
            duration: durations,
            timeZone: fc.constantFrom("Asia/Tehran", "UTC", "Etc/GMT+3"),
          },
          ["cron", "duration"],
        ),
        { maxLength: 2 },
      ),
      drain: partly({ scheduled: durations, blocked: durations }),
      maxConcurrent: fc.integer({ min: 1, max: 64 }),
      maxPerHourPercent: fc.integer({ min: 1, max: 100 }),
    }),
    reachability: partly({
      vantagePoints: partly({ matchLabels: labels }),
      blockedWhen: partly({
        failures: fc.integer({ min: 1, max: 100 }),
        vantagePoints: fc.integer({ min: 1, max: 100 }),
        within: durations,
      }),
      traffic: fc.constantFrom("Suspect", "Ignore"),
      people: fc.constantFrom("Suspect", "Block", "Ignore"),
      outagePercent: fc.integer({ min: 1, max: 100 }),
    }),
    dns: partly(
      {
        hostname: fc.constantFrom("{token}.example.org", "wa-{token}.a.b"),
        ttl: fc.integer({ min: 1, max: 86_400 }),
      },
      ["hostname"],
    ),
    share: partly({
      host: fc.constantFrom("Address", "Address", "Address", "Hostname"),
      page: fc.boolean(),
    }),
    paused: fc.boolean(),
  },
  ["addresses"],
);

const namedAddress = partly({ name: names, address: fc.oneof(ipv4, ipv6), subnet: names }, [
  "name",
  "address",
]);
const poolFields = {
  namespaceSelector: partly({ matchLabels: labels }),
  perNamespace: fc.nat(2 ** 20),
  loadBalancerClass: fc.constantFrom("metallb.io/metallb", "x"),
  service: partly({ annotations: labels, labels }),
  proxyProtocol: partly({
    version: fc.constantFrom("None", "V2"),
    from: fc.array(networks, { maxLength: 3 }),
  }),
  verify: fc.constantFrom("Address", "AddressOrPods"),
  quarantine: partly({ blocked: durations, retired: durations, unusable: durations }),
  avoidPrefix: partly({
    ipv4: fc.integer({ min: 8, max: 32 }),
    ipv6: fc.integer({ min: 16, max: 128 }),
  }),
  reserve: fc.nat(2 ** 20),
};
const poolSpec = fc.oneof(
  partly(
    {
      ...poolFields,
      provider: fc.constantFrom("MetalLB", "Cilium", "KubeVip"),
      addresses: fc.array(ranges, { minLength: 1, maxLength: 4 }),
    },
    ["provider", "addresses"],
  ),
  partly(
    {
      ...poolFields,
      provider: fc.constantFrom("AWS", "GCP", "Azure"),
      named: uniquely(namedAddress, ({ name }) => name),
    },
    ["provider", "named"],
  ),
  partly({ ...poolFields, provider: fc.constant("Assigned") }, ["provider"]),
);

const ledgerSpec = partly(
  {
    pool: names,
    address: fc.oneof(ipv4, ipv6),
    claimRef: partly(
      {
        namespace: names,
        name: fc.constantFrom("family", "f2"),
        uid: fc.uuid(),
        slot: fc.integer({ min: 0, max: 63 }),
      },
      ["namespace", "name", "uid", "slot"],
    ),
    lane: fc.integer({ min: 0, max: 255 }),
    ports: uniquely(
      partly(
        { name: fc.constantFrom("chat", "media", "plainChat"), port: ports, targetPort: ports },
        ["name", "port", "targetPort"],
      ),
      ({ name }) => name,
    ),
    cause: fc.constantFrom("NewSlot", "Blocked", "Age", "Requested"),
    requestedAt: fc.string({ unit: "grapheme", maxLength: 20 }),
    want: fc.constantFrom("Serve", "Drain", "Quarantine"),
    drainUntil: times,
    quarantineUntil: times,
    retiredBecause: fc.constantFrom(
      "Blocked",
      "Age",
      "Requested",
      "SlotRemoved",
      "FleetDeleted",
      "Unusable",
      "Repeat",
    ),
  },
  ["pool", "claimRef", "lane", "ports", "cause", "want"],
);

const tokens = partly({ name: names, key: fc.constantFrom("token", "a.b-c_d") }, ["name"]);
const urls = fc.constantFrom(
  "https://checker.example.org/check",
  "https://checker.example.org:8443/?a=b",
  "https://198.51.100.7/",
);
const measuring = {
  country: fc.constantFrom("IR", "DE"),
  asn: fc.integer({ min: 1, max: 4_294_967_294 }),
  role: fc.constantFrom("Probe", "Control"),
  interval: fc.constantFrom("10m", "30s", "1h30m", "24h"),
};
const limits = partly({ limit: fc.integer({ min: 1, max: 50 }) });
const vantagePointSpec = fc.oneof(
  partly(
    {
      ...measuring,
      globalping: partly({ limit: fc.integer({ min: 1, max: 50 }), tokenSecretRef: tokens }),
    },
    ["country", "globalping"],
  ),
  partly({ ...measuring, checkHost: limits }, ["country", "checkHost"]),
  partly({ ...measuring, agent: partly({ tokenSecretRef: tokens }, ["tokenSecretRef"]) }, [
    "country",
    "agent",
  ]),
  partly({ ...measuring, http: partly({ url: urls, tokenSecretRef: tokens }, ["url"]) }, [
    "country",
    "http",
  ]),
  partly({ ...measuring, globalping: limits, checkHost: limits }, ["country"]),
);

const badNames = fc.constantFrom("9a", "a.b", "a".repeat(41), "a".repeat(64), "a-");

const manifests = (
  specs: fc.Arbitrary<Json>,
  goodName: string,
  made: (spec: Json, name: string) => Manifest,
): fc.Arbitrary<Manifest> =>
  fc
    .tuple(specs, fc.oneof({ weight: 15, arbitrary: fc.constant(goodName) }, badNames))
    .map(([spec, name]) => made(spec, name));

/** Objects of each kind that are well formed: most are valid, some break a rule between fields. */
export const wellFormed: Readonly<Record<string, fc.Arbitrary<Manifest>>> = {
  WhatsAppProxy: manifests(fleetSpec, "family", fleet),
  AddressPool: manifests(poolSpec, "metallb-a", (spec, name) => ({ ...pool({}, name), spec })),
  ProxyAddress: manifests(ledgerSpec, "ip-203-0-113-9", (spec, name) => ({
    ...ledgerEntry({}, name),
    spec,
  })),
  VantagePoint: manifests(vantagePointSpec, "globalping-ir", (spec, name) => ({
    ...vantagePoint({}, name),
    spec,
  })),
};

import { fleet, ledgerEntry, pool, vantagePoint, type Manifest } from "./samples.ts";

const named = (address: string): Record<string, unknown> => ({ name: `n-${address}`, address });
const agent = { globalping: undefined, agent: { tokenSecretRef: { name: "volunteer" } } };
const checker = (url: string): Manifest => vantagePoint({ globalping: undefined, http: { url } });
/** Objects that the API server refuses, and parts of what it says. */
export const refusals: Record<string, { given: Manifest; said: readonly string[] }> = {
  "a fleet's name is too long": {
    given: fleet({}, "a".repeat(41)),
    said: ["metadata.name", "40 characters", "choose a shorter name"],
  },
  "a fleet's name has a dot": {
    given: fleet({}, "fam.ily"),
    said: ["metadata.name", "no '.'", "choose another name"],
  },
  "a fleet has no pools": {
    given: fleet({ addresses: {} }),
    said: ["spec.addresses.pools", "Required value"],
  },
  "a server name is no name": {
    given: fleet({ listeners: { media: { serverNames: ["*.*.whatsapp.net"] } } }),
    said: ["spec.listeners.media.serverNames[0]", "DNS name in small letters"],
  },
  "a server name is named twice": {
    given: fleet({ listeners: { media: { serverNames: ["a.example", "a.example"] } } }),
    said: ["spec.listeners.media.serverNames", "uplicate"],
  },
  "a decoy is unknown": {
    given: fleet({ listeners: { chat: { decoy: "Off" } } }),
    said: ["spec.listeners.chat.decoy", "Page", "None"],
  },
  "two listeners share a port": {
    given: fleet({ listeners: { chat: { port: 587 } } }),
    said: ["spec.listeners", "the same port", "ports of their own"],
  },
  "a port is out of range": {
    given: fleet({ listeners: { chat: { port: 70_000 } } }),
    said: ["spec.listeners.chat.port", "less than or equal to 65535"],
  },
  "a duration is in days": {
    given: fleet({ rotation: { maxAge: "2d" } }),
    said: ["spec.rotation.maxAge", '"2d"', "write two days as 48h"],
  },
  "a duration of nothing has no unit": {
    given: fleet({ rotation: { maxAge: "0" } }),
    said: ["spec.rotation.maxAge", '"0"', "none at all as 0s"],
  },
  "the least age is above the greatest": {
    given: fleet({ rotation: { maxAge: "1h", minAge: "90m" } }),
    said: ["spec.rotation.minAge", "minAge 90m is longer than maxAge 1h", "or set maxAge to 0s"],
  },
  "a window has four cron fields": {
    given: fleet({ rotation: { windows: [{ cron: "0 2 * *", duration: "4h" }] } }),
    said: ["spec.rotation.windows[0].cron", '"0 2 * *"', "five fields"],
  },
  "a window has no length": {
    given: fleet({ rotation: { windows: [{ cron: "0 2 * * *", duration: "0s" }] } }),
    said: ["spec.rotation.windows[0].duration", "longer than 0s"],
  },
  "a server's address has three numbers": {
    given: fleet({ upstream: { chat: { servers: ["203.0.113:5222"] } } }),
    said: ["spec.upstream.chat.servers[0]", "four numbers from 0 to 255"],
  },
  "a server has no port": {
    given: fleet({ upstream: { chat: { servers: ["g.whatsapp.net"] } } }),
    said: ["spec.upstream.chat.servers[0]", "a host and a port"],
  },
  "a pod label is the operator's": {
    given: fleet({ podMetadata: { labels: { "app.kubernetes.io/name": "mine" } } }),
    said: ["spec.podMetadata.labels", "belong to the operator", "choose another prefix"],
  },
  "a pod annotation is the operator's": {
    given: fleet({ podMetadata: { annotations: { "internal.proxyfleet.dev/x": "" } } }),
    said: ["spec.podMetadata.annotations", "belong to the operator"],
  },
  "arrivals alone are to make a block": {
    given: fleet({ reachability: { traffic: "Block" } }),
    said: ["spec.reachability.traffic", "Suspect", "Ignore"],
  },
  "reports over the share page lead to something unknown": {
    given: fleet({ reachability: { people: "Suspected" } }),
    said: ["spec.reachability.people", "Suspect", "Block", "Ignore"],
  },
  "a country is written out": {
    given: fleet({ audience: { countries: ["ir"] } }),
    said: ["spec.audience.countries[0]", "two capital letters"],
  },
  "a fleet's country is not the one of ISO 3166-1": {
    given: fleet({ audience: { countries: ["IR", "UK"] } }),
    said: ["spec.audience.countries[1]", '"UK"', "is no country", "GB for the United Kingdom"],
  },
  "a vantage point's country is not the one of ISO 3166-1": {
    given: vantagePoint({ country: "EL" }),
    said: ["spec.country", '"EL"', "GR for Greece"],
  },
  "a country is YAML's false": {
    given: fleet({ audience: { countries: [false] } }),
    said: ["spec.audience.countries[0]", "must be of type string", "boolean"],
  },
  "links carry hostnames, but there are none": {
    given: fleet({ share: { host: "Hostname" } }),
    said: ["spec.share.host", "set dns.hostname, or use Address"],
  },
  "a hostname is the same for all": {
    given: fleet({ dns: { hostname: "wa.example.org" } }),
    said: ["spec.dns.hostname", "{token}.example.org"],
  },
  "an amount of memory is spelled wrong": {
    given: fleet({ resources: { limits: { memory: "128MB" } } }),
    said: ["spec.resources.limits[memory]", "128Mi"],
  },
  "a source range is no network": {
    given: fleet({ addresses: { pools: [{ name: "a" }], loadBalancerSourceRanges: ["10.0.0.1"] } }),
    said: ["spec.addresses.loadBalancerSourceRanges[0]", "10.0.0.0/8", "/32"],
  },
  "a pool is named twice": {
    given: fleet({ addresses: { pools: [{ name: "a" }, { name: "a" }] } }),
    said: ["spec.addresses.pools[1]", "Duplicate value"],
  },
  "a field is misspelled": {
    given: fleet({ rotations: {} }),
    said: ['unknown field "spec.rotations"'],
  },
  "a pool's range runs backwards": {
    given: pool({ addresses: ["203.0.113.9-203.0.113.2"] }),
    said: ["spec.addresses[0]", "write the lower address first"],
  },
  "a pool's network is huge": {
    given: pool({ addresses: ["10.0.0.0/8"] }),
    said: ["spec.addresses[0]", "more than 1048576", "/12"],
  },
  "a pool's entry is no address": {
    given: pool({ addresses: ["203.0.113.x"] }),
    said: ["spec.addresses[0]", "203.0.113.0/26"],
  },
  "a MetalLB pool has no addresses": {
    given: pool({ addresses: [] }),
    said: ["spec.addresses", "is empty", "MetalLB"],
  },
  "an AWS pool has ranges": {
    given: pool({ provider: "AWS", named: [named("203.0.113.9")] }),
    said: ["spec.addresses", "is for MetalLB, Cilium, KubeVip only", "leave it out"],
  },
  "an Assigned pool has names": {
    given: pool({ provider: "Assigned", addresses: [], named: [named("203.0.113.9")] }),
    said: ["spec.named", "AWS, GCP, Azure"],
  },
  "two names have one address": {
    given: pool({
      provider: "GCP",
      addresses: [],
      named: [named("203.0.113.9"), { name: "other", address: "203.0.113.9" }],
    }),
    said: ["spec.named", "lists an address twice"],
  },
  "a load balancer's headers come from nowhere": {
    given: pool({ proxyProtocol: { version: "V2" } }),
    said: ["spec.proxyProtocol.from", "list them in from"],
  },
  "an address is not in its short form": {
    given: ledgerEntry({ address: "2001:DB8::9" }, "ip-x"),
    said: ["spec.address", "usual short form", "2001:db8::9"],
  },
  "a drain has no end": {
    given: ledgerEntry({ want: "Drain" }),
    said: ["spec.want", "set drainUntil"],
  },
  "a quarantine has no end": {
    given: ledgerEntry({ want: "Quarantine" }),
    said: ["spec.want", "set quarantineUntil"],
  },
  "a time is no time": {
    given: ledgerEntry({ want: "Drain", drainUntil: "tomorrow" }),
    said: ["spec.drainUntil", "tomorrow"],
  },
  "a ledger entry has another name": {
    given: ledgerEntry({}, "203.0.113.9"),
    said: ["metadata.name", "ip-203-0-113-9"],
  },
  "a vantage point has no source": {
    given: vantagePoint({ globalping: undefined }),
    said: ["spec", "has no source", "exactly one of globalping, checkHost, agent, http"],
  },
  "a vantage point has two sources": {
    given: vantagePoint({ checkHost: {} }),
    said: ["spec", "or several", "exactly one of globalping, checkHost, agent, http"],
  },
  "an agent is to be a control": {
    given: vantagePoint({ ...agent, role: "Control" }),
    said: ["spec.role", "one person's word would outweigh all probes", "use globalping"],
  },
  "an agent has no token": {
    given: vantagePoint({ globalping: undefined, agent: {} }),
    said: ["spec.agent.tokenSecretRef", "Required value"],
  },
  "an agent is to measure all the time": {
    given: vantagePoint({ ...agent, interval: "1s" }),
    said: ["spec.interval", '"1s"', "must be 30s to 24h"],
  },
  "a public service is to be asked all the time": {
    given: vantagePoint({ interval: "30s" }),
    said: ["spec.interval", "at least 1m for globalping and checkHost"],
  },
  "a vantage point's country has three letters": {
    given: vantagePoint({ country: "IRN" }),
    said: ["spec.country", "Too long: may not be more than 2"],
  },
  "a vantage point's country has small letters": {
    given: vantagePoint({ country: "ir" }),
    said: ["spec.country", "two capital letters (ISO 3166-1), such as IR"],
  },
  "a checker is asked without TLS": {
    given: checker("http://checker.example.org/"),
    said: ["spec.http.url", "such as https://checker.example.org/check"],
  },
  "a checker is in a private network": {
    given: checker("https://192.168.1.7/"),
    said: ["spec.http.url", "a host of a private network", "name a checker on the internet"],
  },
  "a checker is a Service of a cluster": {
    given: checker("https://checker.proxies.svc:8443/"),
    said: ["spec.http.url", "a host of a private network"],
  },
};

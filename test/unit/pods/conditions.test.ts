import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Finding } from "../../../src/api/findings.ts";
import { configApplied } from "../../../src/pods/config-applied.ts";
import { type LimitsView, limitsApplied } from "../../../src/pods/limits-applied.ts";
import type { PodReport } from "../../../src/pods/report.ts";
import { upstreamReachable } from "../../../src/pods/upstream-reachable.ts";
import { servers, answered } from "../rotation/build.ts";

interface Case {
  readonly given: readonly PodReport[];
  readonly expect: readonly [status: string, reason: string, ...says: string[]];
}

function check(finding: Finding, [status, reason, ...says]: Case["expect"]): void {
  assert.deepEqual([finding.status, finding.reason], [status, reason]);
  for (const words of says) assert.ok(finding.message.includes(words), finding.message);
}

const silent: PodReport = { kind: "silent", pod: "p-2" };
const unasked: Record<string, Case> = {
  "no pod is ready: nobody knows": { given: [], expect: ["Unknown", "NoPodServes"] },
  "no pod answers the operator: nobody knows, and what to look at": {
    given: [silent],
    expect: ["Unknown", "PodsSilent", "p-2", "NetworkPolicies"],
  },
};

describe("whether the upstream can be reached", () => {
  const pod = (name: string, chat: Parameters<typeof servers>[0], media?: "up" | "down") =>
    answered(name, { servers: servers(chat, media) });
  const cases: Record<string, Case> = {
    ...unasked,
    "all servers answer": { given: [answered()], expect: ["True", "AllServersUp"] },
    "one of two chat servers is down: it is named": {
      given: [pod("p-1", { "a:5222": "down", "b:5222": "up" })],
      expect: [
        "True",
        "SomeServersDown",
        "chat server a:5222 does not answer any pod. Connections go to the servers that answer",
      ],
    },
    "a server that only one pod can't reach": {
      given: [pod("p-1", { "a:5222": "down", "b:5222": "up" }), answered("p-2")],
      expect: ["True", "SomeServersDown", "chat server a:5222 does not answer 1 of 2 pods"],
    },
    "a name without an address says so": {
      given: [pod("p-1", { "a:5222": "nameless", "b:5222": "up" })],
      expect: ["True", "SomeServersDown", "chat server a:5222 has no address in DNS for any pod"],
    },
    "one pod that reaches nothing while another does is no outage": {
      given: [pod("p-1", { "a:5222": "down" }, "down"), answered("p-2")],
      expect: [
        "True",
        "SomeServersDown",
        "a:5222 does not answer 1 of 2 pods; media server m:443 does not answer 1 of 2 pods",
      ],
    },
    "no chat server for any pod": {
      given: [
        pod("p-1", { "a:5222": "down", "b:5222": "nameless" }),
        pod("p-2", { "a:5222": "down", "b:5222": "down" }),
      ],
      expect: [
        "False",
        "ChatUnreachable",
        "no pod reaches a chat server (a:5222, b:5222): nobody can chat",
        "Check that the nodes may connect",
      ],
    },
    "no media server for any pod": {
      given: [pod("p-1", { "a:5222": "up" }, "down")],
      expect: ["False", "MediaUnreachable", "m:443"],
    },
    neither: {
      given: [pod("p-1", { "a:5222": "down" }, "down")],
      expect: ["False", "NothingReachable", "a chat server (a:5222)", "m:443"],
    },
    "a silent pod has no say": {
      given: [pod("p-1", { "a:5222": "down" }), silent],
      expect: ["False", "ChatUnreachable"],
    },
    "a server in a private network says so": {
      given: [pod("p-1", { "a:5222": "closed", "b:5222": "up" })],
      expect: [
        "True",
        "SomeServersDown",
        "chat server a:5222 leads into a private network, which is closed to any pod",
      ],
    },
    "a fallback that nobody needs and that does not answer is no trouble, but said": {
      given: [
        answered("p-1", {
          servers: [
            ...servers({ "a:5222": "up" }),
            { upstream: "chat", server: "a:80", state: "down", isFallback: true },
          ],
        }),
      ],
      expect: ["True", "AllServersUp", "; chat fallback a:80 does not answer any pod"],
    },
    "while the fallback answers, nobody is cut off": {
      given: [
        answered("p-1", {
          servers: [
            ...servers({ "a:5222": "down" }),
            { upstream: "chat", server: "a:80", state: "up", isFallback: true },
          ],
        }),
      ],
      expect: [
        "True",
        "SomeServersDown",
        "chat server a:5222 does not answer any pod. Connections",
      ],
    },
    "pods of an image that tells nothing of its upstream leave it open": {
      given: [answered("p-1", { servers: [] })],
      expect: ["Unknown", "PodsSilent"],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => check(upstreamReachable(given), expect));
});

describe("whether the configuration is applied", () => {
  const cases: Record<string, Case> = {
    ...unasked,
    "it is": { given: [answered()], expect: ["True", "Loaded"] },
    "pods that lag are named": {
      given: ["p-1", "p-2", "p-3"].map((name) => answered(name, { lags: name !== "p-1" })),
      expect: ["False", "PodsLag", "serve the one before: p-2, p-3."],
    },
    "HAProxy's refusal goes before, in its own words": {
      given: [
        answered("p-1", { lags: true }),
        answered("p-2", { refused: "line 7: unknown keyword" }),
      ],
      expect: [
        "False",
        "ConfigRefused",
        "pod p-2's HAProxy refused",
        "line 7: unknown keyword",
        "Correct the last change",
      ],
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => check(configApplied(given), expect));
});

describe("whether the limits hold", () => {
  const plain: LimitsView = {
    maxConnections: 27_500,
    perClient: false,
    clientsHiddenBehind: ["metallb-a"],
  };
  const perClient = { ...plain, perClient: true };
  const few = answered("p-2", { connections: { wanted: 27_500, granted: 7_800 } });
  const cases: Record<string, Case & { readonly limits: LimitsView }> = {
    "they do": { limits: plain, given: [answered()], expect: ["True", "Applied"] },
    "no pod is ready: nobody knows": {
      limits: plain,
      given: [],
      expect: ["Unknown", "NoPodServes"],
    },
    "a limit per client where clients can't be told apart": {
      limits: perClient,
      given: [answered()],
      expect: [
        "False",
        "ClientsNotSeen",
        "of pool metallb-a",
        "externalTrafficPolicy to Local",
        "spec.proxyProtocol",
      ],
    },
    "that is known before any pod tells": {
      limits: { ...perClient, clientsHiddenBehind: ["metallb-a", "metallb-b"] },
      given: [],
      expect: ["False", "ClientsNotSeen", "of pool metallb-a, metallb-b"],
    },
    "a limit per client where they can": {
      limits: { ...perClient, clientsHiddenBehind: [] },
      given: [answered()],
      expect: ["True", "Applied"],
    },
    "pods that may open too few files": {
      limits: plain,
      given: [answered(), few],
      expect: [
        "False",
        "FewerConnections",
        "1 of 2 pods",
        "27500 connections",
        "only 7800",
        "LimitNOFILE",
      ],
    },
    "pods whose memory holds fewer": {
      limits: plain,
      given: [
        answered("p-1", { connections: { wanted: 27_500, granted: 1813, tightest: "memory" } }),
      ],
      expect: ["False", "FewerConnections", "only 1813", "37 kB", "spec.resources.limits.memory"],
    },
    "pods with too few local ports to what they connect to": {
      limits: plain,
      given: [
        answered("p-1", { connections: { wanted: 27_500, granted: 9, tightest: "localPorts" } }),
      ],
      expect: ["False", "FewerConnections", "only 9", "ip_local_port_range"],
    },
    "of several bounds, the tightest is named": {
      limits: plain,
      given: [
        few,
        answered("p-1", { connections: { wanted: 27_500, granted: 1813, tightest: "memory" } }),
      ],
      expect: ["False", "FewerConnections", "2 of 2 pods", "only 1813", "memory limit"],
    },
    "of several pods that may, the one that takes the fewest connections is named": {
      limits: plain,
      given: [few, answered("p-1", { connections: { wanted: 27_500, granted: 9_000 } })],
      expect: ["False", "FewerConnections", "2 of 2 pods", "only 7800"],
    },
    "both are told": {
      limits: perClient,
      given: [few],
      expect: ["False", "ClientsNotSeen", "metallb-a", "only 7800"],
    },
    "addresses that have all of their share are named once, and others are not troubled": {
      limits: plain,
      given: [
        answered("p-1", { full: ["ip-b", "ip-a"] }),
        answered("p-2", { full: ["ip-a"] }),
        answered("p-3"),
      ],
      expect: ["False", "ShareUsedUp", "2 of 3 pods", "connections to ip-a, ip-b:"],
    },
    "people who are refused come before a node that has few files": {
      limits: plain,
      given: [{ ...few, full: ["ip-a"] }],
      expect: ["False", "ShareUsedUp", "ip-a", "only 7800"],
    },
    "a pod that says nothing of its connections is no trouble": {
      limits: plain,
      given: [answered("p-1", { connections: undefined })],
      expect: ["True", "Applied"],
    },
  };
  for (const [name, { limits, given, expect }] of Object.entries(cases))
    test(name, () => check(limitsApplied(limits, given), expect));
});

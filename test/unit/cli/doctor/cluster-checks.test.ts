import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crdOf } from "../../../../src/api/crd.ts";
import { kinds } from "../../../../src/api/kinds.ts";
import { clusterFindings } from "../../../../src/cli/doctor/cluster-checks.ts";
import { fleetFindings } from "../../../../src/cli/doctor/fleet-checks.ts";
import type { Seen } from "../../../../src/cli/doctor/seen.ts";
import { doctorJson, doctorText } from "../../../../src/cli/doctor/text.ts";
import { formatted } from "../../../../src/cli/terminal/formats.ts";
import { plain } from "../../../../src/cli/terminal/paint.ts";
import type { FieldSchema } from "../../../../src/kubernetes/declared-fields.ts";
import type { NetworkPolicy } from "../../../../src/kubernetes/objects.ts";
import { overviewOf } from "../../../../src/overview/overview.ts";
import { ago, fleet, healthy, lease } from "../../overview/build.ts";
import { doctorOutput } from "../../../../src/cli/output/doctor.ts";

interface Versions {
  readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: FieldSchema } }];
}
const schemas = new Map(
  kinds.map((kind): [string, FieldSchema] => [
    kind.plural,
    (crdOf(kind).spec as unknown as Versions).versions[0].schema.openAPIV3Schema,
  ]),
);

/** A cluster in which all is well. */
const seen = (changes: Partial<Seen> = {}): Seen => ({
  kubernetes: "v1.36.0",
  groups: new Set(["metallb.io", "externaldns.k8s.io"]),
  clouds: new Set(),
  schemas,
  rights: [{ text: "list pods", isAllowed: true }],
  namespace: "proxies",
  podTrial: { end: "Accepted" },
  operatorNamespace: "proxyfleet-system",
  operatorPolicies: [],
  clusterPolicies: new Map(),
  overview: overviewOf(healthy()),
  namedFleets: [],
  ...changes,
});

test("nothing is found where all is well", () => {
  const states = clusterFindings(seen()).map(({ check, state }) => `${check} ${state}`);
  assert.deepEqual(states, [
    "Kubernetes Ok",
    "CRDs Ok",
    "Operator Ok",
    "Rights Ok",
    "LoadBalancer Ok",
    "PodSecurity Ok",
    "NetworkPolicies Ok",
    "DNS Ok",
    "Limits Ok",
  ]);
});

const policy = (matchLabels: Record<string, string>, policyTypes: ["Ingress"] | ["Egress"]) =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny" },
    spec: { podSelector: { matchLabels }, policyTypes, ingress: [], egress: [] },
  }) satisfies NetworkPolicy;

/** The schema of fleets without a field, or with one more. */
function changed(edit: (spec: Record<string, FieldSchema>) => void): Seen["schemas"] {
  const copy = structuredClone(schemas);
  edit(copy.get("whatsappproxies")!.properties!["spec"]!.properties as Record<string, FieldSchema>);
  return copy;
}

describe("what is wrong with a cluster", () => {
  const cases: Record<string, { of: Partial<Seen>; says: string; fix: RegExp }> = {
    "Kubernetes is too old": {
      of: { kubernetes: "v1.30.4" },
      says: "Kubernetes Failure: v1.30.4 is too old for Proxyfleet",
      fix: /upgrade the cluster to 1\.31 or later/,
    },
    "Kubernetes says no version": {
      of: { kubernetes: "" },
      says: 'Kubernetes Unknown: its version "" can\'t be read',
      fix: /kubectl version/,
    },
    "CRDs are of an older version": {
      of: { schemas: changed((spec) => void delete spec["paused"]) },
      says: "CRDs Failure: they are older than this program: they lack WhatsAppProxy.spec.paused",
      fix: /apply the CRDs/,
    },
    "CRDs are of a newer version": {
      of: { schemas: changed((spec) => void (spec["colour"] = {})) },
      says: "CRDs Warning: they are newer than this program, which does not know WhatsAppProxy.spec.colour",
      fix: /use the program/,
    },
    "a kind is missing": {
      of: { schemas: new Map([...schemas].filter(([plural]) => plural !== "addresspools")) },
      says: "CRDs Failure: the cluster lacks AddressPool",
      fix: /apply the CRDs/,
    },
    "the operator is down": {
      of: { overview: overviewOf(healthy({ leases: [lease(ago(2))] })) },
      says: "Operator Failure: it has not renewed its Lease in proxyfleet-system since 2026-11-29 10:00 UTC",
      fix: /kubectl get pods -n proxyfleet-system/,
    },
    "there is no operator": {
      of: { overview: overviewOf(healthy({ leases: [] })) },
      says: "Operator Warning: there is no Lease of one",
      fix: /install it/,
    },
    "a right is missing": {
      of: { rights: [{ text: "create clusterroles", isAllowed: false }] },
      says: "Rights Warning: you have no right to create clusterroles",
      fix: /docs\/rights\.md/,
    },
    "a pool's load balancer is not there": {
      of: { groups: new Set(["cilium.io"]) },
      says: "LoadBalancer Failure: pool pool-a is of MetalLB, of which nothing is installed here",
      fix: /spec\.provider/,
    },
    "there is no load balancer": {
      of: { groups: new Set(), overview: undefined },
      says: "LoadBalancer Warning: none was found that Proxyfleet knows",
      fix: /such as MetalLB/,
    },
    "nodes can't be read": {
      of: { groups: new Set(), overview: undefined, clouds: undefined },
      says: "LoadBalancer Unknown: none was found, and you may not list nodes, which show a cloud's own",
      fix: /docs\/pools\.md/,
    },
    "Pod Security refuses the pods": {
      of: { podTrial: { end: "Refused", words: "violates PodSecurity" } },
      says: "PodSecurity Failure: namespace proxies refuses the proxy's pods: violates PodSecurity",
      fix: /docs\/openshift\.md/,
    },
    "the namespace is missing": {
      of: { podTrial: { end: "NoNamespace" } },
      says: "PodSecurity Warning: there is no namespace proxies",
      fix: /kubectl create namespace proxies/,
    },
    "a policy shuts the operator in": {
      of: { operatorPolicies: [policy({}, ["Egress"])] },
      says: "NetworkPolicies Warning: deny in proxyfleet-system limits what the operator may connect to",
      fix: /port 9101/,
    },
    "there are policies of the whole cluster": {
      of: { clusterPolicies: new Map([["adminnetworkpolicies", 2]]) },
      says: "NetworkPolicies Warning: there are 2 adminnetworkpolicies, which go before a fleet's own policy",
      fix: /spec\.upstream/,
    },
    "names are wanted without ExternalDNS": {
      of: { groups: new Set(["metallb.io"]), namedFleets: ["proxies/family"] },
      says: "DNS Failure: proxies/family want DNS names, and the cluster has no kind DNSEndpoint",
      fix: /docs\/names\.md/,
    },
    "no pod has said yet what it can hold": {
      of: { overview: undefined },
      says: "Limits Unknown: how many files a pod may open is known only once a pod of a fleet runs",
      fix: /ask again/,
    },
    "a limit is tight": {
      of: {
        overview: overviewOf(
          healthy({
            fleets: [
              fleet(
                {},
                {
                  conditions: [
                    {
                      type: "LimitsApplied",
                      status: "False",
                      reason: "FewerConnections",
                      message: "files allow 1000",
                      lastTransitionTime: ago(1),
                    },
                  ],
                },
              ),
            ],
          }),
        ),
      },
      says: "Limits Warning: proxies/family: files allow 1000",
      fix: /LimitsApplied/,
    },
  };
  for (const [name, { of, says, fix }] of Object.entries(cases))
    test(name, () => {
      const found = clusterFindings(seen(of)).filter(({ state }) => state !== "Ok");
      const finding = found.find((one) => `${one.check} ${one.state}: ${one.says}` === says);
      assert.ok(finding, JSON.stringify(found));
      assert.match(finding.fix ?? "", fix);
    });

  test("not a policy that is for other pods, or for what comes in", () => {
    const operatorPolicies = [policy({ app: "other" }, ["Egress"]), policy({}, ["Ingress"])];
    const found = clusterFindings(seen({ operatorPolicies }));
    assert.ok(found.every(({ state }) => state === "Ok"));
  });
});

test("what why finds fails, and what passes by itself is a warning", () => {
  const cause = { says: "slot 0 is blocked.", fix: "wait" };
  const of = { namespace: "proxies", name: "family", steps: [] };
  const found = fleetFindings([
    {
      ...of,
      causes: [
        { name: "PoolDry", ...cause },
        { name: "Moving", ...cause },
      ],
    },
    { ...of, causes: [] },
  ]);
  assert.deepEqual(
    found.map(({ state, says }) => `${state}: ${says}`),
    [
      "Failure: proxies/family: slot 0 is blocked",
      "Warning: proxies/family: slot 0 is blocked",
      "Ok: nothing is known to be wrong with proxies/family",
    ],
  );
});

test("findings are shown with their remedies, and counted", () => {
  const findings = clusterFindings(
    seen({ podTrial: { end: "NoNamespace" }, kubernetes: "v1.30.0" }),
  );
  const text = doctorText(findings, { width: 60, paint: plain });
  assert.match(
    text,
    /^FAILURE {2}Kubernetes: v1\.30\.0 is too old for Proxyfleet\.\n {9}Fix: upgrade/,
  );
  assert.match(text, /\nok {7}DNS: /);
  assert.match(text, /\n1 failures, 1 warnings, 0 that could not be looked at\n$/);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  doctorOutput.parse(JSON.parse(formatted(doctorJson(findings), "json")));
});

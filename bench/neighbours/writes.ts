import { setTimeout as wait } from "node:timers/promises";
import { addressLabel, claimAnnotation, fleetLabels } from "../../src/api/names.ts";
import { addresses, fleets } from "../../src/api/resources.ts";
import { deployments, services } from "../../src/kubernetes/builtin.ts";
import type { KubeObject } from "../../src/kubernetes/objects.ts";
import { apiVersionOf, collectionPath, objectPath } from "../../src/kubernetes/resource.ts";
import type { ApiServer } from "../../test/stand-ins/api-server/api-server.ts";
import { crd } from "../../test/stand-ins/api-server/crds.ts";
import { benchFleet } from "../fleets/create.ts";
import type { Bother } from "./bother.ts";

const as = "tenant";

/** The API server takes them, and the operator can't: a name that ends in a number is no name. */
export const unreadableFleets: Bother = async ({ cluster, namespace }) => {
  for (let n = 0; n < 5; n++) {
    const { spec, ...fleet } = benchFleet({ namespace, name: `unreadable-${n}` }, 1);
    const dns = { hostname: "{token}.example.123" };
    const object = { ...fleet, spec: { ...(spec as object), dns } };
    await cluster.controllers.client.create(fleets, object, as);
  }
  return () => 5;
};

/** Each takes an address out of everybody's pool for years, if it is believed. */
export const plantedServices: Bother = async ({ cluster, namespace }) => {
  const { server, controllers } = cluster;
  const { body } = await server.call("GET", objectPath(fleets, { namespace, name: "fleet-0" }));
  const { uid } = (body as unknown as KubeObject).metadata;
  for (let n = 0; n < 50; n++) {
    const address = `127.64.250.${n + 1}`;
    const name = entryName(address);
    const claimRef = { namespace, name: "fleet-0", uid, slot: 0 };
    const claim = {
      address,
      claimRef,
      poolRef: { name: "loopback" },
      lane: 0,
      ordinal: 900 + n,
      want: "Quarantine",
      quarantineUntil: "2099-01-01T00:00:00Z",
      retiredBecause: "Blocked",
    };
    const labels = { ...fleetLabels("fleet-0"), [addressLabel]: name };
    const annotations = { [claimAnnotation]: JSON.stringify(claim) };
    const metadata = { name: `planted-${n}`, namespace, labels, annotations };
    const spec = { type: "LoadBalancer", ports: [{ name: "chat", port: 443 }] };
    const service = { apiVersion: "v1", kind: "Service", metadata, spec };
    await controllers.client.create<KubeObject>(services, service, as);
  }
  return () => 50;
};

/** As after a rollback from a version that knew one more thing to want of an address. */
export const unreadableEntries: Bother = async ({ cluster: { server }, namespace }) => {
  const { body } = await server.call("GET", collectionPath(addresses));
  const entries = (body["items"] ?? []) as Entry[];
  const [model] = entries.filter(({ spec }) => spec.claimRef.namespace === namespace);
  if (model === undefined) throw new Error(`no fleet of ${namespace} has an address`);
  await withoutEnums(server, async () => {
    for (let n = 0; n < 5; n++) await createEntry(server, model, `127.64.251.${n + 1}`);
  });
  return () => 5;
};

interface Entry {
  readonly spec: { readonly claimRef: { readonly namespace: string } };
}

/** Tries for as long as the server still holds on to the older schema. */
async function createEntry(server: ApiServer, { spec }: Entry, address: string): Promise<void> {
  const metadata = { name: entryName(address) };
  const kind = { apiVersion: apiVersionOf(addresses), kind: addresses.kind };
  const entry = { ...kind, metadata, spec: { ...spec, address, want: "SomethingNewer" } };
  for (let tries = 0; tries < 100; tries++) {
    const { code } = await server.call("POST", collectionPath(addresses), entry);
    if (code === 201) return;
    await wait(100);
  }
  throw new Error("the API server does not take an entry of another version");
}

/** Lets the ledger's kind take any text where it takes a few words, for as long as `act` takes. */
async function withoutEnums(server: ApiServer, act: () => Promise<void>): Promise<void> {
  const { spec: strict } = await crd(server, ledgerKind);
  const loose = JSON.parse(JSON.stringify(strict), (_, value: unknown) =>
    isSchema(value) ? { ...value, enum: undefined, "x-kubernetes-validations": undefined } : value,
  ) as unknown;
  const change = async (spec: unknown): Promise<void> => {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${ledgerKind}`;
    const { code, body } = await server.call("PUT", path, {
      ...(await crd(server, ledgerKind)),
      spec,
    });
    if (code !== 200) throw new Error(String(body["message"]));
  };
  await change(loose);
  await act();
  await change(strict);
}

const ledgerKind = `${addresses.plural}.${addresses.group}`;

function isSchema(value: unknown): value is { readonly type: string } {
  return typeof value === "object" && value !== null && "type" in value && "enum" in value;
}

function entryName(address: string): string {
  return `ip-${address.replaceAll(".", "-")}`;
}

/** Nothing that the operator makes in this namespace is allowed any more. */
export const refusingPolicy: Bother = async ({ cluster, namespace }) => {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = { name: "refuses-all" };
  const rule = {
    apiGroups: ["", "apps", "policy", "networking.k8s.io"],
    apiVersions: ["v1"],
    operations: ["UPDATE"],
    resources: ["secrets", "deployments", "poddisruptionbudgets", "networkpolicies"],
  };
  const selector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const policy = {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata,
    spec: {
      matchConstraints: { namespaceSelector: selector, resourceRules: [rule] },
      validations: [{ expression: "false", message: "not in this namespace" }],
    },
  };
  const binding = {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata,
    spec: { policyName: "refuses-all", validationActions: ["Deny"] },
  };
  const path = "/apis/admissionregistration.k8s.io/v1";
  await cluster.server.call("POST", `${path}/validatingadmissionpolicies`, policy);
  await cluster.server.call("POST", `${path}/validatingadmissionpolicybindings`, binding);
  return () => 1;
};

/** A hand, or a controller gone wild, that changes fleets and what they own all the time. */
export const restlessHand: Bother = async ({ cluster, namespace }, signal) => {
  let edits = 0;
  const edit = async (): Promise<void> => {
    for (; !signal.aborted; edits++) {
      const name = `fleet-${edits % 10}`;
      const annotations = { "proxyfleet.dev/rotate-at": `edit ${edits}`, edited: String(edits) };
      await cluster.server.patch(objectPath(fleets, { namespace, name }), {
        metadata: { annotations },
      });
      await cluster.server.patch(objectPath(deployments, { namespace, name: `${name}-proxy` }), {
        spec: { replicas: edits % 3 },
      });
      await wait(50);
    }
  };
  void edit();
  return () => edits;
};

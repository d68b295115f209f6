import { setTimeout as wait } from "node:timers/promises";
import { addressLabel, claimAnnotation, fleetLabels } from "../../src/api/names.ts";
import { addresses, fleets } from "../../src/api/resources.ts";
import { deployments, services } from "../../src/kubernetes/builtin.ts";
import type { KubeObject } from "../../src/kubernetes/objects.ts";
import { apiVersionOf, collectionPath, objectPath } from "../../src/kubernetes/resource.ts";
import type { ApiServer } from "../../test/stand-ins/api-server/api-server.ts";
import { type CrdSchema, permit } from "../../test/stand-ins/api-server/crds.ts";
import { benchFleet } from "../fleets/create.ts";
import type { Bother } from "./bother.ts";

const as = "tenant";

/** As after a rollback from a version that knew one more kind of host. */
export const unreadableFleets: Bother = async ({ cluster: { server }, namespace }) => {
  await whileLoose(server, fleets, async () => {
    for (let n = 0; n < 5; n++) {
      const { spec, ...fleet } = benchFleet({ namespace, name: `unreadable-${n}` }, 1);
      const share = { host: "SomethingNewer" };
      await createOnceTaken(server, collectionPath(fleets, namespace), {
        ...fleet,
        spec: { ...(spec as object), share },
      });
    }
  });
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
  await whileLoose(server, addresses, async () => {
    for (let n = 0; n < 5; n++) {
      const address = `127.64.251.${n + 1}`;
      await createOnceTaken(server, collectionPath(addresses), {
        apiVersion: apiVersionOf(addresses),
        kind: addresses.kind,
        metadata: { name: entryName(address) },
        spec: { ...model.spec, address, want: "SomethingNewer" },
      });
    }
  });
  return () => 5;
};

interface Entry {
  readonly spec: { readonly claimRef: { readonly namespace: string } };
}

/** Acts while the server takes any text where a kind takes a few words. */
async function whileLoose(
  server: ApiServer,
  { plural }: { readonly plural: string },
  act: () => Promise<void>,
): Promise<void> {
  const restore = await permit(server, plural, withoutEnums);
  await act();
  await restore();
}

function withoutEnums(schema: CrdSchema): void {
  delete schema.enum;
  delete schema["x-kubernetes-validations"];
  Object.values(schema.properties ?? {}).forEach(withoutEnums);
}

/** The server holds on to the older schema for a moment. */
async function createOnceTaken(server: ApiServer, path: string, object: object): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { code } = await server.call("POST", path, object);
    if (code === 201) return;
    await wait(100);
  }
  throw new Error(`the API server does not take an object of another version: ${path}`);
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

import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { KubeObject, Service } from "../../../src/kubernetes/objects.ts";
import type { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { list } from "./operator.ts";

const group = "/apis/proxyfleet.dev/v1alpha1";

/** Path of a fleet in the namespace default. */
export const fleetPath = (name: string): string =>
  `${group}/namespaces/default/whatsappproxies/${name}`;

/** A fleet's children, by kind. */
export const childPaths: Readonly<Record<string, (fleet: string) => string>> = {
  Deployment: (fleet) => `/apis/apps/v1/namespaces/default/deployments/${fleet}-proxy`,
  Secret: (fleet) => `/api/v1/namespaces/default/secrets/${fleet}-proxy`,
  "Secret of links": (fleet) => `/api/v1/namespaces/default/secrets/${fleet}-share`,
  PodDisruptionBudget: (fleet) =>
    `/apis/policy/v1/namespaces/default/poddisruptionbudgets/${fleet}-proxy`,
  NetworkPolicy: (fleet) =>
    `/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/${fleet}-proxy`,
};

/** An object, or undefined where there is none. */
export async function read<T extends object = KubeObject>(
  server: ApiServer,
  path: string,
): Promise<T | undefined> {
  const { code, body } = await server.call("GET", path);
  return code === 200 ? (body as T) : undefined;
}

/** The ledger's entries of one fleet. */
export async function entriesOf(server: ApiServer, fleet: string): Promise<ProxyAddress[]> {
  const entries = (await list(server, `${group}/proxyaddresses`)) as unknown as ProxyAddress[];
  return entries.filter(({ spec }) => spec.claimRef.name === fleet);
}

/** The Services of one fleet. */
export async function servicesOf(server: ApiServer, fleet: string): Promise<Service[]> {
  const selector = encodeURIComponent(`proxyfleet.dev/fleet=${fleet}`);
  return (await list(server, `/api/v1/services?labelSelector=${selector}`)) as unknown as Service[];
}

/** The ledger entries that Services say they are for. */
export function addressesShown(services: readonly Service[]): Set<string> {
  return new Set(services.map(({ metadata }) => metadata.labels?.["proxyfleet.dev/address"] ?? ""));
}

/** A fleet's condition in one line: `status reason: message`. */
export async function conditionOf(
  server: ApiServer,
  fleet: string,
  type: string,
): Promise<string | undefined> {
  const live = await read<WhatsAppProxy>(server, fleetPath(fleet));
  const condition = live?.status?.conditions?.find((known) => known.type === type);
  return condition === undefined
    ? undefined
    : `${condition.status} ${condition.reason}: ${condition.message}`;
}

/** The reasons of the Events about one object. */
export async function eventReasons(server: ApiServer, name: string): Promise<string[]> {
  const events = (await list(server, "/apis/events.k8s.io/v1/events")) as {
    regarding?: { name?: string };
    reason?: string;
  }[];
  return events.flatMap(({ regarding, reason }) =>
    regarding?.name === name && reason !== undefined ? [reason] : [],
  );
}

import { setTimeout as wait } from "node:timers/promises";
import type { WhatsAppProxy } from "../../src/api/fleet.ts";
import { rotateAtAnnotation } from "../../src/api/names.ts";
import { fleets } from "../../src/api/resources.ts";
import { objectPath } from "../../src/kubernetes/resource.ts";
import type { FakeCluster } from "../../test/stand-ins/cluster/fake-cluster.ts";
import { benchFleet, readyFleets } from "../fleets/create.ts";

/** A namespace with the names of its fleets. */
export interface Tenant {
  readonly namespace: string;
  readonly fleets: readonly string[];
}

/** So many fleets, dealt out to so many namespaces. */
export function tenantsOf(count: number, namespaces: number): readonly Tenant[] {
  return Array.from({ length: namespaces }, (_, n) => ({
    namespace: `tenant-${n}`,
    fleets: Array.from({ length: Math.ceil(count / namespaces) }, (__, m) => `fleet-${m}`),
  }));
}

/** Makes the namespaces and their fleets, and waits until all serve. */
export async function createTenants(
  { server, controllers }: FakeCluster,
  tenants: readonly Tenant[],
): Promise<void> {
  for (const { namespace } of tenants)
    await server.call("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
  const places = placesOf(tenants);
  await severalAtATime(places, 4, async (place) => {
    await controllers.client.create(fleets, benchFleet(place, 1), "bench");
  });
  while (readyFleets(controllers) < places.length) await wait(100);
}

/** How moves are asked for. */
export interface Pace {
  /** One move begins in this time (ms), unless the one before takes longer. */
  readonly everyMs: number;
  /** Of so many fleets one moves, so that those that do are spread over all namespaces. */
  readonly oneOf: number;
}

/**
 * Asks fleets in turn for a fresh address, and waits for it. They are asked with pauses: moves without
 * any fill two cores, and show then how much work is done, and not how long somebody waits. It
 * begins when no earlier move is left to end, so that each time it finds the operator alike.
 * @param text has not been asked for before
 * @returns how long each move took until it was reported (ms), the quickest first
 */
export async function moveSome(
  cluster: FakeCluster,
  tenants: readonly Tenant[],
  { text, pace }: { readonly text: string; readonly pace: Pace },
): Promise<readonly number[]> {
  const places = placesOf(tenants);
  while (places.some((place) => isDraining(cluster, place))) await wait(500);
  const times: number[] = [];
  for (const place of places.filter((_, n) => n % pace.oneOf === 0)) {
    const began = performance.now();
    await cluster.server.patch(objectPath(fleets, place), {
      metadata: { annotations: { [rotateAtAnnotation]: text } },
    });
    while (handledBy(cluster, place) !== text) await wait(5);
    const took = performance.now() - began;
    times.push(took);
    await wait(Math.max(0, pace.everyMs - took));
  }
  return times.toSorted((a, b) => a - b);
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

function placesOf(tenants: readonly Tenant[]): readonly Place[] {
  return tenants.flatMap(({ namespace, fleets: names }) =>
    names.map((name) => ({ namespace, name })),
  );
}

function handledBy(cluster: FakeCluster, place: Place): string | undefined {
  return statusOf(cluster, place)?.lastHandledRotateAt;
}

function isDraining(cluster: FakeCluster, place: Place): boolean {
  const { addresses = [] } = statusOf(cluster, place) ?? {};
  return addresses.some(({ phase }) => phase === "Draining");
}

function statusOf({ controllers }: FakeCluster, place: Place): WhatsAppProxy["status"] | undefined {
  return (controllers.fleets.get(place) as Partial<WhatsAppProxy> | undefined)?.status;
}

async function severalAtATime<T>(
  all: readonly T[],
  workers: number,
  act: (each: T) => Promise<void>,
): Promise<void> {
  const left = [...all].reverse();
  const work = async (): Promise<void> => {
    for (let each = left.pop(); each !== undefined; each = left.pop()) await act(each);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

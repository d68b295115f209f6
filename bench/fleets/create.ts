import type { CustomObject } from "../../src/kubernetes/objects.ts";
import { fleets, pools } from "../../src/api/resources.ts";
import { apiVersion } from "../../src/api/names.ts";
import type { ApiClient } from "../../src/kubernetes/client.ts";
import { dataPlanePorts } from "../../test/stand-ins/cluster/fake-data-plane.ts";
import type { FakeControllers } from "../../test/stand-ins/cluster/fake-controllers.ts";

const namespace = "default";
const pool = "loopback";

/** Makes the pool that the fleets take from: 65,536 loopback addresses. */
export async function createPool(client: ApiClient): Promise<void> {
  const spec = { provider: "MetalLB", addresses: ["127.64.0.0/16"] };
  await client.create<CustomObject>(
    pools,
    { apiVersion, kind: "AddressPool", metadata: { name: pool }, spec },
    "bench",
  );
}

/** Asks for as many fleets, with so many addresses each, several at a time. */
export async function createFleets(
  client: ApiClient,
  count: number,
  addressesEach: number,
): Promise<void> {
  const names = Array.from({ length: count }, (_, n) => `fleet-${n}`);
  const work = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      await client.create(fleets, benchFleet({ namespace, name }, addressesEach), "bench");
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

/** A fleet of the bench, with so many addresses. */
export function benchFleet(metadata: CustomObject["metadata"], count: number): CustomObject {
  const listeners = { chat: { port: dataPlanePorts.chat }, media: { port: dataPlanePorts.media } };
  return {
    apiVersion,
    kind: "WhatsAppProxy",
    metadata,
    spec: { replicas: 1, listeners, addresses: { count, pools: [{ name: pool }] } },
  };
}

/** Fleets that are ready with all their addresses. */
export function readyFleets(controllers: FakeControllers): number {
  return controllers.fleets.list().filter(({ status }) => {
    const { conditions = [] } = (status ?? {}) as {
      conditions?: { type: string; status: string }[];
    };
    return conditions.some(
      (condition) => condition.type === "Ready" && condition.status === "True",
    );
  }).length;
}

import { type AddressPool, parseAddressPool } from "../../src/api/address-pool.ts";
import type { CustomObject } from "../../src/kubernetes/objects.ts";
import { apiVersion, type Given } from "./metadata.ts";
import { valueOf } from "./parsed.ts";

/** An AddressPool, as JSON. */
export interface PoolObject extends CustomObject {
  spec: Record<string, unknown>;
}

interface GivenPool extends Given {
  /** Goes over the default spec: 64 addresses of MetalLB. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: object;
}

/** A small pool, `pool-a`, as a person writes it. */
export function poolObject(given: GivenPool = {}): PoolObject {
  const { name = "pool-a", metadata, spec, ...status } = given;
  return {
    apiVersion,
    kind: "AddressPool",
    metadata: { name, ...metadata },
    spec: { provider: "MetalLB", addresses: ["203.0.113.0/26"], ...spec },
    ...status,
  };
}

/** The same, as the operator reads it, with all defaults filled in. */
export function parsedPool(given: GivenPool = {}): AddressPool {
  return valueOf(parseAddressPool(poolObject(given)));
}

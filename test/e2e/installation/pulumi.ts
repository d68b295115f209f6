import * as pulumi from "@pulumi/pulumi";
import packageJson from "../../../package.json" with { type: "json" };
import {
  AddressPool,
  type AddressPoolArgs,
  ProxyfleetOperator,
  WhatsAppProxy,
  type WhatsAppProxyArgs,
} from "../../../src/pulumi/index.ts";
import { playEngine, valueOf } from "../../stand-ins/pulumi-engine.ts";
import type { TestFleet } from "../stage/fleet.ts";

/** A Kubernetes object that a program makes. */
export interface PulumiObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * A program that installs the operator, with a pool and a fleet, run with a played engine: what it
 * would make, in the order of making.
 */
export async function objectsOfProgram(
  fleet: TestFleet,
): Promise<{ operator: readonly PulumiObject[]; rest: readonly PulumiObject[] }> {
  const registered = await playEngine();
  const tag = packageJson.version;
  const operator = new ProxyfleetOperator("proxyfleet", {
    values: { image: { tag }, proxyImage: { tag } },
  });
  const pool = new AddressPool(fleet.name, fleet.pool() as AddressPoolArgs, {
    dependsOn: operator,
  });
  const { urn } = new WhatsAppProxy(fleet.name, fleet.manifest() as WhatsAppProxyArgs, {
    dependsOn: [operator, pool],
  });
  await valueOf(urn);
  await pulumi.runtime.disconnect();
  const objects = registered
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as unknown as PulumiObject);
  const isOurs = ({ apiVersion }: PulumiObject) => apiVersion.startsWith("proxyfleet.dev/");
  return { operator: objects.filter((object) => !isOurs(object)), rest: objects.filter(isOurs) };
}

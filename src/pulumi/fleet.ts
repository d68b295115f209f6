import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type fleetSpec, type fleetStatus, whatsAppProxyKind } from "../api/fleet.ts";
import { type CustomResourceArgs, type LookUp, ProxyfleetResource } from "./custom-resource.ts";

export interface WhatsAppProxyArgs extends CustomResourceArgs<z.input<typeof fleetSpec>> {
  /**
   * Wait until every group of people has an address that works; else `addresses` may still be
   * empty. Default: true. Set it to false where a fleet may not become ready, for example because
   * its pool has too few addresses.
   */
  readonly waitUntilReady?: boolean;
}

/** A fleet of WhatsApp proxies. */
export class WhatsAppProxy extends ProxyfleetResource<typeof fleetSpec, typeof fleetStatus> {
  /**
   * The published address of each slot, by slot: addresses that drain are not among them.
   */
  readonly addresses: pulumi.Output<Readonly<Record<number, string>>>;
  /** `True`, `False` or `Unknown` for each condition, such as Ready. */
  readonly conditions: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: WhatsAppProxyArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, args: undefined, opts: LookUp);
  constructor(
    name: string,
    args: WhatsAppProxyArgs | undefined,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(whatsAppProxyKind, name, args === undefined ? undefined : waiting(args), opts);
    this.addresses = this.status.apply((status) => servingAddresses(status?.addresses ?? []));
    this.conditions = this.status.apply((status) => conditionsOf(status));
  }

  /** A fleet that exists already. */
  static override get(name: string, opts: LookUp): WhatsAppProxy {
    return new WhatsAppProxy(name, undefined, opts);
  }
}

/**
 * Pulumi's own annotation for what it waits for (Pulumi Kubernetes provider, "pulumi.com/waitFor").
 */
function waiting({
  metadata = {},
  spec,
  waitUntilReady = true,
}: WhatsAppProxyArgs): CustomResourceArgs<z.input<typeof fleetSpec>> {
  if (!waitUntilReady) return { metadata, spec };
  const wait = { "pulumi.com/waitFor": "condition=Ready" };
  return {
    metadata: pulumi
      .output(metadata)
      .apply((given) => ({ ...given, annotations: { ...wait, ...given.annotations } })),
    spec,
  };
}

function servingAddresses(
  addresses: readonly { address: string; slot: number; phase: string }[],
): Record<number, string> {
  return Object.fromEntries(
    addresses
      .filter(({ phase }) => phase === "Serving")
      .map(({ slot, address }) => [slot, address]),
  );
}

/** The status of each condition, by type. */
export function conditionsOf(
  status: { conditions?: readonly { type: string; status: string }[] } | undefined,
): Record<string, string> {
  return Object.fromEntries((status?.conditions ?? []).map(({ type, status }) => [type, status]));
}

import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { addressPoolKind, type poolSpec, type poolStatus } from "../api/address-pool.ts";
import { type CustomResourceArgs, type LookUp, ProxyfleetResource } from "./custom-resource.ts";
import { conditionsOf } from "./fleet.ts";

export type AddressPoolArgs = CustomResourceArgs<z.input<typeof poolSpec>>;

/** A pool of external addresses: for example those that another resource allocated at a cloud. */
export class AddressPool extends ProxyfleetResource<typeof poolSpec, typeof poolStatus> {
  /** `True`, `False` or `Unknown` for each condition. */
  readonly conditions: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: AddressPoolArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, args: undefined, opts: LookUp);
  constructor(
    name: string,
    args: AddressPoolArgs | undefined,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(addressPoolKind, name, args, opts);
    this.conditions = this.status.apply((status) => conditionsOf(status));
  }

  /** A pool that exists already. */
  static override get(name: string, opts: LookUp): AddressPool {
    return new AddressPool(name, undefined, opts);
  }
}

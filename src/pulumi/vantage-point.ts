import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import {
  vantagePointKind,
  type vantagePointSpec,
  type vantagePointStatus,
} from "../api/vantage-point.ts";
import { type CustomResourceArgs, type LookUp, ProxyfleetResource } from "./custom-resource.ts";
import { conditionsOf } from "./fleet.ts";

export type VantagePointArgs = CustomResourceArgs<z.input<typeof vantagePointSpec>>;

/** A place that measures whether published addresses are reachable. */
export class VantagePoint extends ProxyfleetResource<
  typeof vantagePointSpec,
  typeof vantagePointStatus
> {
  /** `True`, `False` or `Unknown` for each condition. */
  readonly conditions: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: VantagePointArgs, opts?: pulumi.CustomResourceOptions);
  constructor(name: string, args: undefined, opts: LookUp);
  constructor(
    name: string,
    args: VantagePointArgs | undefined,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super(vantagePointKind, name, args, opts);
    this.conditions = this.status.apply((status) => conditionsOf(status));
  }

  /** A vantage point that exists already. */
  static override get(name: string, opts: LookUp): VantagePoint {
    return new VantagePoint(name, undefined, opts);
  }
}

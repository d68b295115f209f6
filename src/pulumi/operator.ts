import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { version } from "../version.ts";
import { objectsOf } from "./chart/objects.ts";
import { readValues } from "./chart/read-values.ts";
import type { chartValues } from "./chart/values.ts";
import { knownPart, type ValueInputs } from "./inputs.ts";
import { register } from "./register.ts";

/**
 * The values of the Helm chart, as its README lists them. Switches, `watchNamespaces`,
 * `shareExport.fleets` and `news.receivers` are plain; all others may be outputs.
 */
export type OperatorValues = ValueInputs<Omit<z.input<typeof chartValues>, "global" | "enabled">>;

export interface ProxyfleetOperatorArgs {
  /**
   * The operator's namespace. Default: proxyfleet-system. It is made, unless
   * `values.namespace.create` is false.
   */
  readonly namespace?: pulumi.Input<string>;
  /**
   * What Helm calls the release: names what is outside of the namespace. Default: the name of this
   * resource.
   */
  readonly release?: string;
  readonly values?: OperatorValues;
}

/**
 * The operator and its kinds: the objects that the Helm chart makes of the same values, each as a
 * resource of its own. The only difference in the defaults: the namespace is made too, since
 * nothing else would make it.
 *
 * What needs the kinds or the operator names this component in its `dependsOn`.
 *
 * @example const operator = new ProxyfleetOperator("proxyfleet"); new AddressPool("first", { spec:
 * { provider: "MetalLB", addresses: ["203.0.113.0/26"] } }, { dependsOn: operator });
 */
export class ProxyfleetOperator extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;

  constructor(
    name: string,
    args: ProxyfleetOperatorArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const release = args.release ?? name;
    const values = { ...args.values, namespace: { create: true, ...args.values?.namespace } };
    // Mistakes in the plain values are reported here and now, and these values decide which objects
    // there are.
    const outline = objectsOf({
      values: readValues(knownPart(values)),
      release,
      namespace: "",
      version,
    });
    super("proxyfleet:index:ProxyfleetOperator", name, {}, opts);
    this.namespace = pulumi.output(args.namespace ?? "proxyfleet-system");
    const objects = pulumi
      .all([pulumi.output(values), this.namespace])
      .apply(([values, namespace]) =>
        objectsOf({ values: readValues(values), release, namespace, version }),
      );
    register({ prefix: name, parent: this, outline, objects, keepCrds: values.crds?.keep ?? true });
    this.registerOutputs({ namespace: this.namespace });
  }
}

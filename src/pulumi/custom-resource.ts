import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { apiVersion } from "../api/names.ts";
import type { Kind } from "../api/kind.ts";
import { explainIssue } from "../api/problem.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { type Inputs, isKnown } from "./inputs.ts";

/** A spec that the API server would refuse: known in a preview already, where its parts are. */
export class SpecError extends ProxyfleetError {}

/** What a person writes of a resource of ours. */
export interface CustomResourceArgs<Spec> {
  /** Without a name, Pulumi makes one up from the resource's. */
  readonly metadata?: pulumi.Input<k8s.types.input.meta.v1.ObjectMeta>;
  /** What is asked for: the fields of `kubectl explain`, and of docs/api.md. */
  readonly spec: Inputs<Spec>;
}

/** How an existing object is looked up. */
export interface LookUp extends pulumi.CustomResourceOptions {
  /** `namespace/name`, or `name` for what has no namespace. */
  readonly id: pulumi.Input<pulumi.ID>;
}

/**
 * A resource of one of our kinds: what its subclasses share. Its `status` is what the operator had
 * reported when Pulumi last looked.
 */
export abstract class ProxyfleetResource<Spec extends z.ZodType, Status extends z.ZodType>
  extends k8s.apiextensions.CustomResource
{
  declare readonly spec: pulumi.Output<z.output<Spec>>;
  declare readonly status: pulumi.Output<z.output<Status> | undefined>;

  // oxlint-disable-next-line eslint/max-params -- Pulumi's own order, with the kind ahead
  protected constructor(
    kind: Kind,
    name: string,
    args: CustomResourceArgs<z.input<Spec>> | undefined,
    opts?: pulumi.CustomResourceOptions,
  ) {
    const spec = args === undefined ? undefined : checked(kind, name, args.spec);
    // `status` is no input: naming it here makes it an output.
    super(
      name,
      { apiVersion, kind: kind.kind, metadata: args?.metadata ?? {}, spec, status: undefined },
      opts,
    );
  }
}

/**
 * Checks what is known at once, so that the error names the line of the program; the rest as soon
 * as it is known.
 */
function checked(kind: Kind, name: string, spec: unknown): unknown {
  return isKnown(spec)
    ? check(kind, name, spec)
    : pulumi.output(spec as object).apply((known) => check(kind, name, known));
}

function check(kind: Kind, name: string, spec: unknown): unknown {
  const { error } = kind.spec.safeParse(spec);
  if (error === undefined) return spec;
  const faults = error.issues.map((issue) =>
    explainIssue({ ...issue, path: ["spec", ...issue.path] }, { spec }),
  );
  throw new SpecError(`${kind.kind} ${name}: ${faults.join("; ")}`);
}

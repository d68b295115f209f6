import { ForbiddenError } from "../../kubernetes/errors.ts";
import type { KubeObject } from "../../kubernetes/objects.ts";
import type { Resource } from "../../kubernetes/resource.ts";
import { ProxyfleetError } from "../../values/errors.ts";

/** What somebody may not do: the server refused it. */
export interface Right {
  readonly verb: "get" | "list" | "patch" | "delete" | "create";
  readonly of: Pick<Resource<KubeObject>, "group" | "plural">;
  /** Undefined: in the whole cluster. */
  readonly namespace: string | undefined;
}

/** A command lacks a right that it can't do without. */
export class MissingRightError extends ProxyfleetError {}

/** `list whatsappproxies.proxyfleet.dev in namespace proxies`. */
export function rightText({ verb, of, namespace }: Right): string {
  const name = of.group === "" ? of.plural : `${of.plural}.${of.group}`;
  return `${verb} ${name} in ${namespace === undefined ? "all namespaces" : `namespace ${namespace}`}`;
}

/** Does what needs a right. @throws MissingRightError that names it, and what `work` throws */
export async function needing<T>(right: Right, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ForbiddenError)) throw cause;
    throw new MissingRightError(
      `you have no right to ${rightText(right)}. Ask an admin for a role with it (docs/commands.md has one for each command)`,
      { cause },
    );
  }
}

import { defaults, variants } from "./ours.ts";
import type { Policy } from "./policy.ts";
import { rivals } from "./rivals.ts";
import { ProxyfleetError } from "../../values/errors.ts";

/** There is no policy of that name. */
export class NoSuchPolicyError extends ProxyfleetError {}

/** Every policy that can be played, ours first. */
export const policies: readonly Policy[] = [defaults, ...variants, ...rivals];

/** The policy of a name. @throws NoSuchPolicyError */
export function policyNamed(name: string): Policy {
  const found = policies.find((policy) => policy.name === name);
  if (found !== undefined) return found;
  const names = policies.map((policy) => policy.name).join(", ");
  throw new NoSuchPolicyError(`there is no policy "${name}": use one of ${names}`);
}

import { type Finding, failure, ok, unknown, warning } from "./finding.ts";
import type { Seen } from "./seen.ts";

/** What shows that a provider is there: API groups that it brings, or nodes of its cloud. */
const signs: Readonly<
  Record<string, { readonly groups: readonly string[]; readonly cloud?: string }>
> = {
  MetalLB: { groups: ["metallb.io"] },
  Cilium: { groups: ["cilium.io"] },
  AWS: { groups: ["elbv2.k8s.aws"] },
  GCP: { groups: [], cloud: "gce" },
  Azure: { groups: [], cloud: "azure" },
};

/** Which load balancers were found, and which pools name one that was not. */
export function balancerFindings(seen: Seen): readonly Finding[] {
  const found = Object.keys(signs).filter((name) => isThere(name, seen) === true);
  const pools = seen.overview?.pools ?? [];
  const lacking = pools.flatMap(({ name, provider }) =>
    isThere(provider, seen) === false
      ? [
          failure(
            "LoadBalancer",
            `pool ${name} is of ${provider}, of which nothing is installed here`,
            `install ${provider}, or correct the pool's spec.provider (docs/pools.md)`,
          ),
        ]
      : [],
  );
  if (found.length > 0) return [ok("LoadBalancer", `found: ${found.join(", ")}`), ...lacking];
  if (lacking.length > 0) return lacking;
  return [noneFound(seen)];
}

/** Undefined: nothing shows whether it is there, as with kube-vip, which brings no kind. */
function isThere(provider: string, { groups, clouds }: Seen): boolean | undefined {
  const sign = signs[provider];
  if (sign === undefined) return undefined;
  if (sign.groups.some((group) => groups.has(group))) return true;
  if (sign.cloud !== undefined) return clouds?.has(sign.cloud);
  return false;
}

function noneFound({ clouds }: Seen): Finding {
  const fix =
    "install one, such as MetalLB, or see docs/pools.md: kube-vip and some clouds' own show no sign";
  if (clouds === undefined)
    return unknown(
      "LoadBalancer",
      "none was found, and you may not list nodes, which show a cloud's own",
      fix,
    );
  return warning("LoadBalancer", "none was found that Proxyfleet knows", fix);
}

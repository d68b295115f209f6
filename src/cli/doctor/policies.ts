import type { NetworkPolicy } from "../../kubernetes/objects.ts";
import { matchesSelector } from "../../values/label-selector.ts";
import { type Finding, ok, unknown, warning } from "./finding.ts";
import type { Seen } from "./seen.ts";

/** As the chart labels the operator's pods. */
const operatorLabels = { "app.kubernetes.io/name": "proxyfleet" };

/**
 * Which policies may cut somebody off. An ordinary NetworkPolicy can't take away what a fleet's own
 * allows, since Kubernetes adds them together; cluster-wide ones can. The operator has no policy of
 * its own.
 */
export function policyFindings(seen: Seen): readonly Finding[] {
  const found = [...operatorFindings(seen), ...clusterWide(seen)];
  return found.length > 0
    ? found
    : [ok("NetworkPolicies", "none is in the way, as far as can be seen")];
}

function operatorFindings({ operatorPolicies, operatorNamespace }: Seen): readonly Finding[] {
  if (operatorPolicies === undefined)
    return [
      unknown(
        "NetworkPolicies",
        `you may not list them in ${operatorNamespace}`,
        "ask for that right, or ask whoever has it",
      ),
    ];
  const names = operatorPolicies.filter(limitsOperator).map(({ metadata }) => metadata.name);
  if (names.length === 0) return [];
  return [
    warning(
      "NetworkPolicies",
      `${names.join(", ")} in ${operatorNamespace} limits what the operator may connect to`,
      "let it reach the API server, port 9101 of the fleets' pods, the fleets' addresses, DNS, and the measurement services that you use",
    ),
  ];
}

function limitsOperator({ spec }: NetworkPolicy): boolean {
  return spec.policyTypes.includes("Egress") && matchesSelector(spec.podSelector, operatorLabels);
}

function clusterWide({ clusterPolicies }: Seen): readonly Finding[] {
  return [...clusterPolicies].flatMap(([plural, count]) => {
    if (count === 0) return [];
    const fix =
      "see that they let anyone reach the fleets' pods, and let these reach DNS and the servers in spec.upstream";
    return count === undefined
      ? [
          unknown(
            "NetworkPolicies",
            `you may not list ${plural}, which go before a fleet's own policy`,
            fix,
          ),
        ]
      : [
          warning(
            "NetworkPolicies",
            `there are ${count} ${plural}, which go before a fleet's own policy`,
            fix,
          ),
        ];
  });
}

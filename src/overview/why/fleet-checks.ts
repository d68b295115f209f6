import { spokenTime } from "../../values/time.ts";
import { type Cause, type FleetCase, clause, inNamespace, troubleOf } from "./cause.ts";

type Check = (of: FleetCase) => Cause | undefined;

/** What concerns all slots of a fleet, the causes before their effects. */
const checks: readonly Check[] = [
  beingDeleted,
  operatorDown,
  childRefused,
  podsFail,
  configRefused,
  upstreamGone,
];

/** All that is wrong with a fleet as a whole. */
export function fleetCauses(of: FleetCase): readonly Cause[] {
  // Of a spec that can't be read, nothing else is known.
  const unreadable = unreadableSpec(of);
  return unreadable === undefined ? checks.flatMap((check) => check(of) ?? []) : [unreadable];
}

function unreadableSpec({ fleet }: FleetCase): Cause | undefined {
  if (fleet.unreadable === undefined) return undefined;
  const fix = `correct that field: kubectl edit wap ${fleet.name} ${inNamespace(fleet)}`;
  return { name: "InvalidSpec", says: clause(fleet.unreadable), fix };
}

function beingDeleted({ fleet }: FleetCase): Cause | undefined {
  if (!fleet.deleting) return undefined;
  const fix = `wait until its addresses are dark; if it stays, see kubectl describe wap ${fleet.name} ${inNamespace(fleet)}`;
  return { name: "Deleting", says: "the fleet is being deleted, and nobody is served", fix };
}

/** Without an operator nothing moves, and what the fleet's status says grows old. */
function operatorDown({ overview: { operator } }: FleetCase): Cause | undefined {
  if (operator.state !== "Silent") return undefined;
  const { namespace, renewedAt } = operator;
  return {
    name: "OperatorDown",
    says: `the operator in namespace ${namespace} has not renewed its Lease since ${spokenTime(renewedAt)}, so nothing moves, and what it reported last may be old`,
    fix: `bring it back: kubectl get pods -n ${namespace} and kubectl logs deployment/proxyfleet -n ${namespace} say what keeps it from running`,
  };
}

function childRefused(of: FleetCase): Cause | undefined {
  const refused = troubleOf(of, "ChildrenApplied");
  if (refused === undefined) return undefined;
  return {
    name: "ChildRefused",
    says: `the API server refuses what the fleet needs: ${clause(refused.message)}`,
    fix: "change the quota, policy or webhook that this names, or the fleet's field that it objects to",
  };
}

function podsFail({ fleet }: FleetCase): Cause | undefined {
  const { pods } = fleet;
  if (pods.wanted === 0)
    return {
      name: "PodsFail",
      says: "spec.replicas is 0, so nobody is served",
      fix: `set spec.replicas: kubectl scale wap ${fleet.name} ${inNamespace(fleet)} --replicas=2`,
    };
  if (pods.ready > 0 && pods.problem === undefined) return undefined;
  const who =
    pods.ready === 0
      ? "no pod is ready, so nobody is served"
      : `only ${pods.ready} of ${pods.wanted} pods are ready`;
  const why = pods.problem === undefined ? "" : `: ${clause(pods.problem.message)}`;
  return {
    name: "PodsFail",
    says: `${who}${why}`,
    fix: podsFix(fleet.pods.problem?.reason, inNamespace(fleet)),
  };
}

function podsFix(reason: string | undefined, where: string): string {
  switch (reason) {
    case "ImagePullFailed":
      return "correct spec.image or its pull secrets, and see that nodes reach the registry";
    case "PodsUnschedulable":
      return "add nodes, or lower spec.resources or spec.scheduling";
    case "PodsNotCreated":
      return "change the quota, policy or webhook that this names";
    default:
      return `see kubectl describe pods ${where} and kubectl logs of the pod`;
  }
}

function configRefused(of: FleetCase): Cause | undefined {
  const refused = troubleOf(of, "ConfigApplied");
  if (refused?.reason !== "ConfigRefused") return undefined;
  return {
    name: "ConfigRefused",
    says: `the pods refuse the fleet's configuration, and go on with the one before: ${clause(refused.message)}`,
    fix: "take back the last change of the fleet's spec",
  };
}

function upstreamGone(of: FleetCase): Cause | undefined {
  const gone = troubleOf(of, "UpstreamReachable");
  if (gone === undefined) return undefined;
  return {
    name: "UpstreamGone",
    says: `the pods don't reach WhatsApp, so the addresses are not at fault: ${clause(gone.message)}`,
    fix: "let the nodes connect to the servers in spec.upstream (firewall, NetworkPolicy, DNS), or wait where WhatsApp itself is down",
  };
}

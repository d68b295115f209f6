import { type Finding, failure, ok, unknown, warning } from "./finding.ts";
import type { PodTrial } from "./seen.ts";

/** What the server says of a pod like those of fleets, before there is one. */
export function podTrialFinding(trial: PodTrial, namespace: string): Finding {
  switch (trial.end) {
    case "Accepted":
      return ok("PodSecurity", `namespace ${namespace} accepts the proxy's pods`);
    case "NoNamespace":
      return warning(
        "PodSecurity",
        `there is no namespace ${namespace}`,
        `create it, or choose another with -n: kubectl create namespace ${namespace}`,
      );
    case "NotTried":
      return unknown("PodSecurity", trial.why, "ask for that right, or ask whoever has it");
    case "Refused":
      return failure(
        "PodSecurity",
        `namespace ${namespace} refuses the proxy's pods: ${trial.words}`,
        "change the policy, quota or webhook that this names. The pods need Pod Security's level restricted and nothing more; on OpenShift see docs/openshift.md",
      );
  }
}

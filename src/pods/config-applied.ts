import type { Finding } from "../api/findings.ts";
import { type PodReport, noneAnswered, answeredReports } from "./report.ts";

/**
 * The ConfigApplied condition: whether the pods run what the fleet's spec and addresses ask for. A
 * pod that does not goes on serving what it has.
 */
export function configApplied(reports: readonly PodReport[]): Finding {
  const answered = answeredReports(reports);
  if (answered.length === 0) return noneAnswered(reports);
  const words = refusedConfig(reports);
  if (words !== undefined) return { status: "False", reason: "ConfigRefused", message: words };
  const late = answered.filter(({ lags }) => lags).map(({ pod }) => pod);
  if (late.length === 0)
    return {
      status: "True",
      reason: "Loaded",
      message: "all pods have loaded the latest configuration, or are about to",
    };
  return {
    status: "False",
    reason: "PodsLag",
    message: `for over a minute these pods have not loaded the latest configuration, and serve the one before: ${late.join(", ")}. See kubectl logs of the pod; to have it replaced, delete it`,
  };
}

/**
 * What HAProxy says against the configuration, in its own words; undefined while no pod refuses it.
 */
function refusedConfig(reports: readonly PodReport[]): string | undefined {
  const refusing = answeredReports(reports).find(({ refused }) => refused !== undefined);
  if (refusing === undefined) return undefined;
  return `pod ${refusing.pod}'s HAProxy refused the new configuration and serves the one before: ${refusing.refused}. Correct the last change of the fleet's spec`;
}

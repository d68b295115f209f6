import type { StatusView } from "../../../src/fleet/findings.ts";
import type { Finding } from "../../../src/api/findings.ts";
import type { PodsView } from "../../../src/pods/view.ts";
import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import { type FleetStatus, fleetStatus } from "../../../src/fleet/status.ts";
import { planRotation } from "../../../src/rotation/plan.ts";
import type { PodReport } from "../../../src/pods/report.ts";
import type { StatusBefore } from "../../../src/fleet/progress.ts";
import { type Instant, formatInstant } from "../../../src/values/time.ts";
import { at, entry, fleet, noon, answered } from "../rotation/build.ts";

const healthy: PodsView = {
  wanted: 2,
  replicas: 2,
  ready: 2,
  isRolledOut: true,
  isReplacing: false,
  isOverdue: false,
  problem: undefined,
};

/** The status before, of a fleet whose generation was realised an hour ago. */
export const realised: StatusBefore = {
  observedGeneration: 3,
  conditions: [
    {
      type: "Ready",
      status: "True",
      reason: "Serving",
      message: "",
      lastTransitionTime: formatInstant(at(-3600)),
    },
  ],
};

/** An address that serves slot 0. */
export const served = entry("203.0.113.9");

/** A generation that is not realised yet, since some seconds before or after noon. */
export function reconcilingSince(second: number, reason: "Creating" | "Updating"): StatusBefore {
  return {
    observedGeneration: 3,
    conditions: [
      {
        type: "Reconciling",
        status: "True",
        reason,
        message: "",
        lastTransitionTime: formatInstant(at(second)),
      },
    ],
  };
}

/**
 * What differs from a fleet of one slot that serves, and whose generation was realised long ago.
 */
export interface GivenFleet {
  readonly fleet?: FleetView;
  readonly pods?: Partial<PodsView>;
  readonly reports?: readonly PodReport[];
  readonly isAsking?: boolean;
  readonly refused?: StatusView["refused"];
  readonly before?: StatusBefore;
  readonly withoutEffect?: Finding;
  readonly namesReady?: Finding;
  readonly now?: Instant;
}

/** The status that the operator writes, at noon unless given otherwise, of generation 3. */
export function statusOf({
  fleet: view = fleet({ addresses: [served] }),
  pods = {},
  reports = [answered()],
  isAsking = false,
  refused = [],
  before = realised,
  withoutEffect,
  namesReady,
  now = noon,
}: GivenFleet = {}): FleetStatus {
  const plan = planRotation(view, { bank: 4, now, random: () => 0 });
  const limits = { maxConnections: 27_500, perClient: false, clientsHiddenBehind: [] };
  const said = {
    fleet: view,
    plan,
    pods: { ...healthy, ...pods },
    reports,
    isAsking,
    limits,
    refused,
    contested: [],
    shareKeyTrouble: "",
    held: undefined,
    measured: undefined,
    rollout: { waits: undefined, isInTurn: false },
    namesReady,
    hostname: undefined,
  };
  return fleetStatus({ ...said, withoutEffect, generation: 3, selector: "a=b", before }, now);
}

import type { Finding } from "../api/findings.ts";
import type { FleetView } from "../rotation/fleet-view.ts";
import { countedVerdicts } from "../rotation/blocked-in.ts";
import type { SlotAddresses } from "../rotation/slots.ts";
import { type CutOff, type CutOffView, noReadyPod } from "./cut-off.ts";

/**
 * The Reachable condition: whether a group of people is known to be cut off. Its reason is `Moving`
 * only while each of these groups has a move under way; any other one means that a person is needed.
 */
export function reachable(
  view: CutOffView,
  slots: readonly SlotAddresses[],
  cut: readonly CutOff[],
): Finding {
  const pods = noReadyPod(view);
  if (pods !== undefined) return pods;
  const stuck = cut.find(({ isMoving }) => !isMoving);
  const told = stuck ?? cut[0];
  if (told === undefined) return asFarAsKnown(view.fleet, slots);
  const others = cut.filter((one) => one !== told).map(({ slot }) => slot);
  const more =
    others.length === 0
      ? ""
      : `. Cut off as well: ${others.length === 1 ? "slot" : "slots"} ${others.join(", ")} (status.slots says why)`;
  return {
    status: "False",
    reason: stuck?.reason ?? "Moving",
    message: `${cut.length} of ${slots.length} slots are cut off. ${told.message}${more}`,
  };
}

/** Without a measurement nobody knows whether people reach an address. */
function asFarAsKnown(fleet: FleetView, slots: readonly SlotAddresses[]): Finding {
  const unmeasured = slots.filter(({ published }) => !isMeasured(fleet, published));
  if (unmeasured.length === 0)
    return {
      status: "True",
      reason: "Reachable",
      message: "no published address is found to be blocked or lost",
    };
  return {
    status: "True",
    reason: "NotMeasured",
    message: `no published address is known to be blocked or lost, but ${gap(unmeasured.length, slots.length)}. If people can't connect, report their address with the annotation proxyfleet.dev/report-blocked`,
  };
}

/** Right after a move the new address has no verdict: that is no fault. */
function gap(unmeasured: number, slots: number): string {
  return unmeasured === slots
    ? `nothing measures ${unmeasured} of ${slots} from where people are`
    : `there is no test result yet for ${unmeasured} of ${slots} from where people are: a new address is tested within minutes`;
}

function isMeasured(fleet: FleetView, published: SlotAddresses["published"]): boolean {
  if (published === undefined) return false;
  return countedVerdicts(fleet, published).some(({ verdict }) => verdict !== "Unknown");
}

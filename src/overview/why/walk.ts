import type { Pod, Service } from "../../kubernetes/objects.ts";
import { isServingPod } from "../../pods/view.ts";
import { spokenTime } from "../../values/time.ts";
import type { AddressOverview } from "../address.ts";
import { eventTime } from "../history.ts";
import type { Observed } from "../observed.ts";
import type { SlotOverview } from "../slot.ts";
import type { FleetCase } from "./cause.ts";
import { serviceOf, warningsOf } from "./balancer.ts";

/** One object on the way from a fleet to what people connect to. */
export interface Step {
  /** How far from the fleet. */
  readonly depth: number;
  readonly object: string;
  /** `Unknown`: it can't be read. */
  readonly state: "Good" | "Bad" | "Unknown";
  readonly text: string;
}

/** The way from a fleet over its slots to addresses, Services and pods, with what each of them says. */
export function walk(of: FleetCase, slot: number | undefined): readonly Step[] {
  const { fleet, observed } = of;
  const slots = fleet.slots.filter((one) => slot === undefined || one.slot === slot);
  const first: Step = {
    depth: 0,
    object: `WhatsAppProxy ${fleet.namespace}/${fleet.name}`,
    state: fleet.urgency === "Fine" ? "Good" : "Bad",
    text: `pods ${fleet.pods.ready}/${fleet.pods.wanted} ready`,
  };
  return [first, ...slots.flatMap((one) => slotSteps(one, observed)), ...podSteps(observed)];
}

function slotSteps(slot: SlotOverview, observed: Observed): readonly Step[] {
  const head: Step = {
    depth: 1,
    object: `slot ${slot.slot}`,
    state: slot.state === "Unknown" ? "Unknown" : stateOf(slot.cutOff === undefined),
    text: slot.published === undefined ? "no address" : `people use ${slot.published}`,
  };
  return [head, ...slot.addresses.flatMap((address) => addressSteps(address, observed))];
}

function stateOf(isGood: boolean): Step["state"] {
  return isGood ? "Good" : "Bad";
}

function addressSteps(address: AddressOverview, observed: Observed): readonly Step[] {
  const { name, phase, phaseSince, waitsFor, verdicts } = address;
  const blocked = verdicts.filter(({ verdict }) => verdict === "Blocked");
  const words = [
    `${phase} since ${spokenTime(phaseSince)}`,
    ...blocked.map(({ country, message = "" }) => `blocked in ${country} (${message})`),
    ...(waitsFor === undefined ? [] : [waitsFor]),
  ];
  const entry: Step = {
    depth: 2,
    object: `ProxyAddress ${name}`,
    state: stateOf(blocked.length === 0 && waitsFor === undefined),
    text: words.join("; "),
  };
  const service = serviceOf(address, observed);
  return service === undefined ? [entry] : [entry, ...serviceSteps(service, observed)];
}

function serviceSteps(service: Service, observed: Observed): readonly Step[] {
  const given = (service.status?.loadBalancer?.ingress ?? []).flatMap(
    ({ ip, hostname }) => ip ?? hostname ?? [],
  );
  const head: Step = {
    depth: 3,
    object: `Service ${service.metadata.name}`,
    state: stateOf(given.length > 0),
    text:
      given.length === 0
        ? "its load balancer has set no address"
        : `its load balancer has set ${given.join(", ")}`,
  };
  return [head, ...eventSteps(service, observed, 4)];
}

/** The newest warning of each reason: they come again and again. */
function eventSteps(of: Service | Pod, observed: Observed, depth: number): readonly Step[] {
  const byReason = Map.groupBy(warningsOf(of, observed), ({ reason }) => reason);
  return [...byReason.values()].flatMap(([newest]) => {
    if (newest === undefined) return [];
    const at = eventTime(newest);
    const time = at === undefined ? "" : ` (${spokenTime(at)})`;
    const who = newest.reportingController || "somebody";
    return {
      depth,
      object: `Event of ${who}`,
      state: "Bad" as const,
      text: `${newest.reason}: ${newest.note}${time}`,
    };
  });
}

function podSteps(observed: Observed): readonly Step[] {
  if (observed.pods === undefined)
    return [{ depth: 1, object: "pods", state: "Unknown", text: "you may not read them" }];
  return observed.pods.flatMap((pod) => {
    const isServing = isServingPod(pod);
    const waiting = pod.status?.containerStatuses?.flatMap(({ state }) => state?.waiting ?? [])[0];
    const why =
      waiting === undefined
        ? (pod.status?.phase ?? "")
        : `${waiting.reason ?? ""} ${waiting.message ?? ""}`;
    const head: Step = {
      depth: 1,
      object: `Pod ${pod.metadata.name}`,
      state: stateOf(isServing),
      text: isServing ? "ready" : why.trim(),
    };
    return isServing ? [head] : [head, ...eventSteps(pod, observed, 2)];
  });
}

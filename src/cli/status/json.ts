import type { AddressOverview } from "../../overview/address.ts";
import type { TroubleCondition } from "../../overview/conditions.ts";
import type { FleetOverview } from "../../overview/fleet.ts";
import type { OperatorOverview } from "../../overview/operator.ts";
import type { Overview } from "../../overview/overview.ts";
import type { PoolOverview } from "../../overview/pool.ts";
import type { SlotOverview } from "../../overview/slot.ts";
import { trafficOf } from "../../overview/traffic.ts";
import { present } from "../../values/present.ts";
import { type Instant, formatInstant } from "../../values/time.ts";

/**
 * What was read, as programs take it: times are RFC 3339, and what is not known is left out. Fields
 * may be added; none changes its meaning.
 */
export function statusJson(
  { operator, fleets, pools, traffic }: Overview,
  missing: readonly string[],
) {
  return present({
    operator: operatorJson(operator),
    fleets: fleets.map((fleet) => fleetJson(fleet, traffic)),
    pools: pools?.map(poolJson),
    missingRights: missing,
  });
}

const time = (at: Instant | undefined) => (at === undefined ? undefined : formatInstant(at));

function operatorJson(operator: OperatorOverview) {
  const { state } = operator;
  switch (operator.state) {
    case "Alive":
      return { state, namespace: operator.namespace };
    case "Silent":
      return { state, namespace: operator.namespace, renewedAt: time(operator.renewedAt) };
    case "NotSeen":
    case "Unknown":
      return { state };
  }
}

function fleetJson(fleet: FleetOverview, traffic: Overview["traffic"]) {
  const { namespace, name, urgency, unreadable, paused, deleting, audience, pools } = fleet;
  const { movesOnBlock, pods, next } = fleet;
  return present({
    namespace,
    name,
    urgency,
    unreadable,
    paused,
    movesOnBlock,
    deleting,
    audience,
    pools,
    pods: present({ wanted: pods.wanted, ready: pods.ready, problem: pods.problem }),
    slots: fleet.slots.map((slot) => slotJson(slot, traffic)),
    former: fleet.former.map(addressJson),
    next: next && { slot: next.slot, at: time(next.at), reason: next.reason },
    troubles: fleet.troubles.map(troubleJson),
  });
}

function slotJson(slot: SlotOverview, traffic: Overview["traffic"]) {
  const { published, blockedIn, burnt, message, state, cutOff, next, sessions } = slot;
  return present({
    slot: slot.slot,
    state,
    published,
    blockedIn,
    burnt,
    message,
    cutOff:
      cutOff && present({ reason: cutOff.reason, since: time(cutOff.since), what: cutOff.what }),
    next: next && { at: time(next.at), reason: next.reason },
    sessions,
    traffic: trafficOf(namesOf(slot), traffic),
    addresses: slot.addresses.map(addressJson),
    resting: slot.resting.map(addressJson),
  });
}

/** Of a slot's entries in the ledger. */
export function namesOf({ addresses }: SlotOverview): readonly string[] {
  return addresses.map(({ name }) => name);
}

function addressJson(address: AddressOverview) {
  const { phaseSince, until, verdicts, ...rest } = address;
  return present({
    ...rest,
    phaseSince: time(phaseSince),
    until: time(until),
    verdicts: verdicts.map(({ country, verdict, since, message }) =>
      present({ country, verdict, since: time(since), message }),
    ),
  });
}

function troubleJson({ since, ...trouble }: TroubleCondition) {
  return present({ ...trouble, since: time(since) });
}

function poolJson(pool: PoolOverview) {
  const { nextFreeAt, outlook, troubles, ...rest } = pool;
  return present({
    ...rest,
    nextFreeAt: time(nextFreeAt),
    claimsPerDay: outlook?.claimsPerDay,
    runsOutAt: time(outlook?.runsOutAt),
    troubles: troubles.map(troubleJson),
  });
}

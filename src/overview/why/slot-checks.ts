import { spokenTime } from "../../values/time.ts";
import type { PoolOverview } from "../pool.ts";
import { balancerSays } from "./balancer.ts";
import {
  type Cause,
  type CauseName,
  type SlotCase,
  clause,
  inNamespace,
  troubleOf,
} from "./cause.ts";

type Check = (of: SlotCase) => Cause | undefined;

/**
 * Why a slot's people stay cut off, or what is done about it. The first one that finds something
 * wins, so the order is the policy: what a person did, what holds all moves, what refuses this one.
 */
const checks: readonly Check[] = [
  paused,
  movesOff,
  protocolBlocked,
  outage,
  balancerRefuses,
  poolDry,
  moving,
  otherwise,
];

/** Why a slot is not served; undefined where it is. */
export function slotCause(of: SlotCase): Cause | undefined {
  if (of.slot.cutOff === undefined) return suspected(of);
  for (const check of checks) {
    const cause = check(of);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

/** What happened to the slot, for the beginning of a sentence. */
function symptom({ slot }: SlotCase): string {
  return `slot ${slot.slot}: ${clause(slot.cutOff?.what ?? "")}`;
}

function isBlocked({ slot }: SlotCase): boolean {
  return slot.cutOff?.reason === "AddressBlocked";
}

/** A pause delays no slot that has no address at all. */
function paused(of: SlotCase): Cause | undefined {
  const { fleet } = of;
  if (!fleet.paused || !isBlocked(of)) return undefined;
  return {
    name: "Paused",
    says: `${symptom(of)}, and does not move, since the fleet is paused`,
    fix: `end the pause: kubectl proxyfleet resume ${fleet.name} ${inNamespace(fleet)}`,
  };
}

function movesOff(of: SlotCase): Cause | undefined {
  const { fleet, slot } = of;
  if (!isBlocked(of) || fleet.movesOnBlock) return undefined;
  return {
    name: "MovesOff",
    says: `${symptom(of)}, and does not move by itself, since spec.rotation.onBlocked is false`,
    fix: `move it by hand: kubectl proxyfleet rotate ${fleet.name} ${slot.slot} ${inNamespace(fleet)}`,
  };
}

function protocolBlocked(of: SlotCase): Cause | undefined {
  const found = troubleOf(of, "ProtocolBlocked");
  if (found === undefined || !isBlocked(of)) return undefined;
  return {
    name: "ProtocolBlocked",
    says: `${symptom(of)}, and a fresh address would fail as well: ${clause(found.message)}`,
    fix: "tell the group to use another way for now; no address of any pool helps while this lasts",
  };
}

function outage(of: SlotCase): Cause | undefined {
  const found = troubleOf(of, "OutageSuspected");
  if (found === undefined || !isBlocked(of)) return undefined;
  return {
    name: "Outage",
    says: `${symptom(of)}, and is held, since this looks like an outage of the network and not like a block: ${clause(found.message)}`,
    fix: "wait, it goes on by itself; if people there reach other sites, report the address: kubectl proxyfleet report",
  };
}

function balancerRefuses(of: SlotCase): Cause | undefined {
  const said = balancerSays(of);
  if (said === undefined) return undefined;
  const { pool, provider, words } = said;
  return {
    name: "LoadBalancerRefuses",
    says: `${symptom(of)}, and can't move: ${provider} refuses addresses of pool ${pool} (${clause(words)})`,
    fix: `let ${provider}'s own pool give these addresses to namespace ${of.fleet.namespace}, or add another pool to spec.addresses.pools`,
  };
}

function poolDry(of: SlotCase): Cause | undefined {
  const { fleet, overview, slot } = of;
  if (slot.addresses.some(isBeingMade)) return undefined;
  const exhausted = troubleOf(of, "PoolExhausted");
  const pools = overview.pools?.filter(({ name }) => fleet.pools.includes(name)) ?? [];
  const isDry = pools.length > 0 && pools.every(({ free }) => free === 0);
  if (!isDry && exhausted?.status !== "True") return undefined;
  const words = isDry ? pools.map(dryText).join("; ") : clause(exhausted?.message ?? "");
  return {
    name: "PoolDry",
    says: `${symptom(of)}, and finds no fresh address: ${words}`,
    fix: `add addresses to ${fleet.pools.join(" or ")}, name another pool in spec.addresses.pools, or shorten the pool's spec.quarantine`,
  };
}

function dryText({ name, total, quarantined, nextFreeAt }: PoolOverview): string {
  const until = nextFreeAt === undefined ? "" : ` before ${spokenTime(nextFreeAt)}`;
  return `pool ${name} has none free${until} (${quarantined} of ${total} rest)`;
}

function isBeingMade({ phase, refused }: SlotCase["slot"]["addresses"][number]): boolean {
  return !refused && (phase === "Provisioning" || phase === "Verifying");
}

function moving(of: SlotCase): Cause | undefined {
  const next = of.slot.addresses.find(isBeingMade);
  if (next === undefined) return undefined;
  const waits = next.waitsFor === undefined ? "" : `: ${clause(next.waitsFor)}`;
  const isStuck = of.slot.state === "CutOff";
  return {
    name: "Moving",
    says: `${symptom(of)}; ${next.address ?? "a fresh address"} is being prepared for it${waits}`,
    fix: isStuck
      ? `it takes long: see kubectl describe wapa ${next.name}`
      : "wait: a move takes less than three minutes",
  };
}

const names: Readonly<Record<string, CauseName>> = {
  AddressLost: "AddressLost",
  AddressSilent: "AddressFails",
  SlotsWithoutAddress: "NoAddress",
};

/** What the operator says of it, where nothing above explains it. */
function otherwise(of: SlotCase): Cause {
  const { slot, fleet } = of;
  const words = clause(slot.message);
  return {
    name: names[slot.cutOff?.reason ?? ""] ?? "Blocked",
    says: words === "" ? symptom(of) : words,
    fix: `see kubectl describe wap ${fleet.name} ${inNamespace(fleet)}; a move by hand may help: kubectl proxyfleet rotate ${fleet.name} ${slot.slot} ${inNamespace(fleet)}`,
  };
}

function suspected({ slot, fleet }: SlotCase): Cause | undefined {
  if (slot.state !== "Suspected") return undefined;
  const doubts = slot.addresses[0]?.verdicts.filter(({ verdict }) => verdict === "Suspected") ?? [];
  const words = doubts.map(
    ({ country, message, since }) =>
      `${country} since ${spokenTime(since)}${message === undefined ? "" : ` (${clause(message)})`}`,
  );
  return {
    name: "Suspected",
    says: `slot ${slot.slot}: ${slot.published ?? "its address"} may be blocked in ${words.join(", ")}, and is being tested`,
    fix: `wait for the test; if people there say that nothing works: kubectl proxyfleet report ${slot.published ?? "ADDRESS"} --country ${doubts[0]?.country ?? "CODE"} ${inNamespace(fleet)}`,
  };
}

import type { FleetView } from "../../../src/rotation/fleet-view.ts";
import type { MoveHold } from "../../../src/reachability/move-hold.ts";
import type { PoolView } from "../../../src/pool/view.ts";
import type { Random } from "../../../src/values/random.ts";
import { HeldAddresses } from "../../../src/ledger/held-addresses.ts";
import { parseIp, parseRange } from "../../../src/values/ip.ts";
import { ledgerName } from "../../../src/ledger/name.ts";
import { type Instant, hours, instant, millis, plus, seconds } from "../../../src/values/time.ts";
import type { AnsweredReport, ServerReport } from "../../../src/pods/report.ts";
import {
  type AddressView,
  type HeldAddress,
  type VerdictView,
  isBurnt,
} from "../../../src/ledger/view.ts";

export { hours };

/** Noon of the day on which all these tests play. */
export const noon: Instant = instant(Date.UTC(2026, 10, 23, 12));

/** A time some seconds after noon, or before it. */
export function at(s: number): Instant {
  return plus(noon, seconds(s));
}

/** A pool of 62 addresses without reserve, unless given otherwise. */
export function pool(
  given: Partial<Omit<PoolView, "ranges">> & { readonly ranges?: readonly string[] } = {},
): PoolView {
  const { ranges = ["203.0.113.1-203.0.113.62"], ...rest } = given;
  const quarantine = { blocked: hours(720), retired: hours(168), unusable: hours(1) };
  const usual = {
    name: "pool-a",
    assigned: false,
    avoidPrefix: { ipv4: 32, ipv6: 128 },
    reserve: 0,
    refusal: undefined,
    room: undefined,
  };
  return { ...usual, quarantine, ...rest, ranges: ranges.map(parseRange) };
}

/** Addresses that the ledger holds: in use, unless given otherwise. */
export function held(ips: readonly string[], given: Partial<HeldAddress> = {}): HeldAddress[] {
  return ips.map((ip) => ({
    ip: parseIp(ip),
    pool: "pool-a",
    quarantined: false,
    until: undefined,
    burnt: false,
    ...given,
  }));
}

/** A verdict that was made an hour before noon, unless given otherwise. */
export function blocked(country = "IR", given: Partial<VerdictView> = {}): VerdictView {
  return { country, verdict: "Blocked", since: at(-3600), ...given };
}

/** A country in which an outage holds all blocked slots, unless given otherwise. */
export function hold(given: Partial<MoveHold> = {}): MoveHold {
  return {
    country: "IR",
    why: { kind: "Outage", outage: "FailTogether" },
    because: "3 of 4 addresses published for IR began to fail at once",
    until: undefined,
    mayGo: new Set(),
    ...given,
  };
}

/** Servers of an upstream as a pod sees them, each with its state. */
export function servers(
  chat: Readonly<Record<string, ServerReport["state"]>>,
  media: ServerReport["state"] = "up",
): ServerReport[] {
  const chats = Object.entries(chat).map(([server, state]) => ({
    upstream: "chat" as const,
    server,
    state,
  }));
  return [...chats, { upstream: "media", server: "m:443", state: media }];
}

/** A pod that reports nothing but good, unless given otherwise. */
export function answered(pod = "p-1", given: Partial<AnsweredReport> = {}): AnsweredReport {
  const connections = { wanted: 27_500, granted: 27_500 };
  return {
    kind: "answered",
    pod,
    refused: undefined,
    lags: false,
    connections,
    full: [],
    servers: servers({ "a:5222": "up", "b:5222": "up" }),
    ...given,
  };
}

/** A ledger entry of slot 0 that has served for an hour, unless given otherwise. */
export function entry(ip: string, given: Partial<AddressView> = {}): AddressView {
  return {
    name: ledgerName(ip),
    namespace: "proxies",
    fleet: "family",
    fleetUid: "u1",
    pool: "pool-a",
    address: ip,
    slot: 0,
    lane: 0,
    ports: [
      { name: "chat", port: 443, targetPort: 10_000 },
      { name: "media", port: 587, targetPort: 10_001 },
    ],
    cause: "NewSlot",
    requestedAt: undefined,
    ordinal: 0,
    want: "Serve",
    drainUntil: undefined,
    quarantineUntil: undefined,
    retiredBecause: undefined,
    phase: "Serving",
    phaseSince: at(-3600),
    createdAt: at(-3610),
    deleting: false,
    unusable: false,
    lost: undefined,
    refused: undefined,
    leaving: undefined,
    repeat: false,
    trouble: undefined,
    reachability: [],
    sessions: undefined,
    ...given,
  };
}

/** An entry that serves, but is no longer published. */
export function draining(ip: string, given: Partial<AddressView> = {}): AddressView {
  return entry(ip, {
    want: "Drain",
    phase: "Draining",
    phaseSince: at(-60),
    drainUntil: at(3600),
    retiredBecause: "Requested",
    ...given,
  });
}

/** An entry that is dark. */
export function dark(ip: string, given: Partial<AddressView> = {}): AddressView {
  return entry(ip, {
    want: "Quarantine",
    phase: "Quarantined",
    quarantineUntil: at(86_400),
    retiredBecause: "Requested",
    ...given,
  });
}

function heldBy(entries: readonly AddressView[]): HeldAddress[] {
  return entries.flatMap((one) => {
    if (one.address === undefined) return [];
    const quarantined = one.want === "Quarantine";
    return held([one.address], {
      pool: one.pool,
      quarantined,
      until: quarantined ? one.quarantineUntil : undefined,
      burnt: isBurnt(one),
    });
  });
}

/** Rules that move slots because of blocks, and never by age, unless given otherwise. */
export function rules(given: Partial<FleetView["rotation"]> = {}): FleetView["rotation"] {
  const never = { maxAge: millis(0), minAge: millis(0), jitterPercent: 0 };
  return {
    onBlocked: true,
    onPortBlocked: true,
    ...never,
    windows: [],
    maxPerHourPercent: 25,
    ...given,
  };
}

/** A fleet of one slot and one pool; what its entries hold is held. */
export function fleet(
  given: Partial<Omit<FleetView, "held">> & { readonly held?: Iterable<HeldAddress> } = {},
): FleetView {
  const addresses = given.addresses ?? [];
  return {
    namespace: "proxies",
    name: "family",
    uid: "u1",
    count: 1,
    paused: false,
    deleting: false,
    maxConcurrent: 1,
    rotation: rules(),
    audience: [],
    holds: [],
    drain: { scheduled: hours(24), blocked: hours(1) },
    dnsTtl: millis(0),
    rotateAt: undefined,
    lastHandledRotateAt: undefined,
    reportBlocked: undefined,
    lastHandledReport: undefined,
    announced: new Set(),
    pools: [pool()],
    formerPools: [],
    ...given,
    held: HeldAddresses.of(given.held ?? heldBy(addresses)),
    addresses,
  };
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

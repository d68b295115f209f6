import type { KubeEvent } from "../../../src/kubernetes/events.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { formatInstant, hours, instant, plus } from "../../../src/values/time.ts";
import { poolObject } from "../../objects/address-pool.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { entryObject } from "../../objects/ledger-entry.ts";
import type { Shown } from "./staged-dashboard.ts";

/** This long before now (hours), as Kubernetes writes times. */
export const ago = (h: number): string => formatInstant(plus(instant(Date.now()), hours(-h)));
/** This long after now (hours). */
export const ahead = (h: number): string => ago(-h);

interface GivenFleet {
  readonly name?: string;
  readonly namespace?: string;
  readonly countries?: readonly string[];
  readonly status?: object;
  readonly spec?: object;
}

const uidOf = (namespace: string, name: string) => `uid-${namespace}-${name}`;

/** A fleet of two slots. */
export function fleet(given: GivenFleet = {}): CustomObject {
  const { name = "family", namespace = "proxies", countries = ["IR"], status, spec } = given;
  return fleetObject({
    name,
    namespace,
    metadata: {
      uid: uidOf(namespace, name),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: ago(200),
    },
    spec: {
      addresses: { count: 2, pools: [{ name: "pool-a" }] },
      audience: { countries },
      ...spec,
    },
    status: {
      replicas: 2,
      readyReplicas: 2,
      slots: [slotRow(0), slotRow(1)],
      conditions: [],
      ...status,
    },
  });
}

export const slotRow = (slot: number, given: object = {}) => ({
  slot,
  burnt: 0,
  message: "served, and moves in its window",
  ...(Object.hasOwn(given, "blockedIn") ? {} : { next: { at: ahead(20 + slot), reason: "Age" } }),
  ...given,
});

/** A condition of half an hour ago. @param said its type, status and reason: `Leaking True SlotLeaks` */
export function condition(said: string, message: string) {
  const [type, status, reason] = said.split(" ");
  return { type, status, reason, message, lastTransitionTime: ago(0.5), observedGeneration: 1 };
}

interface GivenEntry {
  readonly address: string;
  readonly slot?: number;
  readonly of?: readonly [namespace: string, name: string];
  readonly created?: string;
  readonly spec?: object;
  readonly status?: object;
}

/** A ledger entry of a fleet: it serves, unless said otherwise. */
export function entry(given: GivenEntry): CustomObject {
  const { address, slot = 0, of = ["proxies", "family"], created = ago(30) } = given;
  const [namespace, name] = of;
  return entryObject({
    address,
    slot,
    lane: slot,
    metadata: { uid: `uid-${address}`, resourceVersion: "1", creationTimestamp: created },
    spec: { claimRef: { namespace, name, uid: uidOf(namespace, name), slot }, ...given.spec },
    status: { phase: "Serving", phaseSince: created, ...given.status },
  });
}

export const verdict = (said: string, message: string, country = "IR") => ({
  country,
  verdict: said,
  since: ago(0.4),
  message,
});

const reachable = verdict("Reachable", "12 of 12 tests from 4 vantage points reached it");
const blocked = verdict("Blocked", "5 timeouts from 3 vantage points, while controls reach it");

/** One that was moved away from, because of what is said. */
export function resting(address: string, slot: number, given: GivenResting = {}): CustomObject {
  const { because = "Age", from = 100, dark = 60, cause = "Age" } = given;
  return entry({
    address,
    slot,
    created: ago(from),
    spec: {
      want: "Quarantine",
      cause,
      drainUntil: ago(dark),
      quarantineUntil: ahead(400),
      retiredBecause: because,
    },
    status: {
      phase: "Quarantined",
      phaseSince: ago(dark),
      reachability: because === "Blocked" ? [{ ...blocked, since: ago(dark + 1) }] : [],
    },
  });
}

interface GivenResting {
  readonly because?: string;
  readonly cause?: string;
  readonly from?: number;
  readonly dark?: number;
}

export function event(reason: string, note: string, given: Partial<KubeEvent> = {}): KubeEvent {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: `family.${reason}`, namespace: "proxies" },
    eventTime: ago(0.3),
    reportingController: "proxyfleet.dev/operator",
    reportingInstance: "test",
    action: reason,
    reason,
    type: "Normal",
    note,
    regarding: {
      apiVersion: "proxyfleet.dev/v1alpha1",
      kind: "WhatsAppProxy",
      namespace: "proxies",
      name: "family",
    },
    ...given,
  };
}

const healthyEntries = [
  entry({
    address: "203.0.113.9",
    slot: 0,
    spec: { cause: "Age", ordinal: 2 },
    status: { reachability: [reachable] },
  }),
  entry({
    address: "203.0.113.10",
    slot: 1,
    created: ago(12),
    spec: { cause: "Age", ordinal: 2 },
    status: { reachability: [reachable, { ...reachable, country: "RU" }] },
  }),
  resting("203.0.113.20", 0, { from: 120, dark: 28 }),
  resting("203.0.113.21", 1, { from: 90, dark: 10 }),
];

const sessions = [{ key: "proxies/family", namespace: "proxies", sessions: [38, 12] }];

/** Nothing is wrong. */
export const healthy: Shown = {
  fleets: [fleet(), fleet({ name: "school", namespace: "north", countries: ["RU"] })],
  addresses: [
    ...healthyEntries,
    entry({ address: "203.0.113.30", of: ["north", "school"] }),
    entry({ address: "203.0.113.31", slot: 1, of: ["north", "school"] }),
  ],
  pools: [poolObject()],
  events: [event("Published", "slot 1: people use 203.0.113.10 now")],
  sessions,
};

/** An address is blocked, and nothing helps its people yet. */
export const slotBlocked: Shown = {
  fleets: [
    fleet({
      status: {
        slots: [
          slotRow(0, {
            address: "203.0.113.9",
            blockedIn: ["IR"],
            burnt: 1,
            message: "203.0.113.9 is blocked in IR: it moves as soon as pool-a has a free address",
          }),
          slotRow(1, { address: "203.0.113.10" }),
        ],
        conditions: [
          condition(
            "Reachable False AddressBlocked",
            "slot 0: 203.0.113.9 is blocked in IR since an hour",
          ),
        ],
      },
    }),
    fleet({ name: "school", namespace: "north", countries: ["RU"] }),
  ],
  addresses: [
    entry({
      address: "203.0.113.9",
      slot: 0,
      spec: { cause: "Blocked", ordinal: 2 },
      status: { reachability: [blocked] },
    }),
    entry({
      address: "203.0.113.10",
      slot: 1,
      created: ago(12),
      status: { reachability: [reachable] },
    }),
    resting("203.0.113.20", 0, { because: "Blocked", from: 120, dark: 28 }),
    entry({ address: "203.0.113.30", of: ["north", "school"] }),
    entry({ address: "203.0.113.31", slot: 1, of: ["north", "school"] }),
  ],
  pools: [poolObject()],
  events: [event("AddressBlocked", "slot 0: 203.0.113.9 is blocked in IR", { type: "Warning" })],
  sessions: [{ key: "proxies/family", namespace: "proxies", sessions: [0, 12] }],
};

/** Most of a country fails together: nothing moves. */
export const outageHeld: Shown = {
  fleets: [
    fleet({
      status: {
        conditions: [
          condition(
            "OutageSuspected True MostAddressesFail",
            "IR: 7 of 8 published addresses fail since 20 minutes, so this looks like an outage of the country: no slot moves until it is over",
          ),
        ],
      },
    }),
  ],
  addresses: [
    entry({
      address: "203.0.113.9",
      status: { reachability: [verdict("Suspected", "4 timeouts; most addresses of IR fail")] },
    }),
    entry({
      address: "203.0.113.10",
      slot: 1,
      status: { reachability: [verdict("Suspected", "4 timeouts; most addresses of IR fail")] },
    }),
  ],
  pools: [poolObject()],
};

/** A pool with no free address left. */
export const poolDry: Shown = {
  fleets: [
    fleet({
      status: {
        conditions: [
          condition(
            "PoolExhausted True NoFreeAddress",
            "pool-a has no free address: add addresses to it",
          ),
        ],
      },
    }),
  ],
  addresses: [
    ...healthyEntries,
    entry({
      address: "203.0.113.11",
      slot: 0,
      spec: { want: "Drain", drainUntil: ahead(3), retiredBecause: "Age" },
      status: { phase: "Draining", phaseSince: ago(2) },
    }),
  ],
  pools: [
    poolObject({ spec: { addresses: ["203.0.113.9-203.0.113.11", "203.0.113.20-203.0.113.21"] } }),
    poolObject({ name: "pool-b", spec: { addresses: ["198.51.100.0/28"] } }),
    poolObject({ name: "pool-c", spec: { provider: "Assigned", addresses: undefined } }),
  ],
};

/** Somebody passes on each fresh address of slot 0. */
export const leak: Shown = {
  fleets: [
    fleet({
      status: {
        slots: [slotRow(0, { burnt: 3 }), slotRow(1)],
        conditions: [
          condition(
            "Leaking True SlotLeaks",
            "slot 0 leaks: its last 3 addresses were each blocked within 6 hours, while those of other slots live. Somebody in its group passes them on: split the group over two slots, and see which of them leaks",
          ),
        ],
      },
    }),
  ],
  addresses: [
    ...healthyEntries.slice(0, 2),
    resting("203.0.113.20", 0, { because: "Blocked", cause: "Blocked", from: 50, dark: 45 }),
    resting("203.0.113.21", 0, { because: "Blocked", cause: "Blocked", from: 45, dark: 38 }),
    resting("203.0.113.22", 0, { because: "Blocked", cause: "Blocked", from: 38, dark: 30 }),
  ],
  pools: [poolObject()],
};

export const empty: Shown = { pools: [poolObject()] };

/** Many fleets of two slots, some in trouble. */
export function many(count: number): Shown {
  const names = Array.from(
    { length: count },
    (_, index) => `group-${String(index).padStart(4, "0")}`,
  );
  const place = (index: number) => `team-${index % 25}`;
  const ip = (n: number) => `10.${20 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  return {
    fleets: names.map((name, index) => fleet({ name, namespace: place(index) })),
    addresses: names.flatMap((name, index) =>
      [0, 1].map((slot) =>
        entry({
          address: ip(index * 2 + slot),
          slot,
          of: [place(index), name],
          status: { reachability: [index % 97 === 0 && slot === 0 ? blocked : reachable] },
        }),
      ),
    ),
    pools: [poolObject({ spec: { addresses: ["10.20.0.0/20"] } })],
    sessions: names.map((name, index) => ({
      key: `${place(index)}/${name}`,
      namespace: place(index),
      sessions: [index % 50, 7],
    })),
  };
}

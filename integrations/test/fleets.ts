import { fleetObject } from "../../test/objects/fleet.ts";

const since = "2026-11-22T02:14:00Z";
const generation = 3;

/** A condition; `said` is its status and reason, such as `False Moving`. */
const condition = (type: string, said: string, message: string) => {
  const [status, reason] = said.split(" ");
  const lastTransitionTime = "2026-11-24T13:58:00Z";
  return { type, status, reason, message, lastTransitionTime, observedGeneration: generation };
};

const served = (slot: number) => ({
  slot,
  address: `203.0.113.${9 + slot}`,
  burnt: 0,
  next: { at: "2026-11-25T02:14:00Z", reason: "Age" },
  message: `people use 203.0.113.${9 + slot}; it moves on 2026-11-25 at 02:14 UTC, when it is 48h old`,
});
const serving = (slot: number) => ({
  address: `203.0.113.${9 + slot}`,
  slot,
  phase: "Serving",
  since,
});

/** A fleet of two groups, for Iran, with this status. */
function fleet(status: object, spec: object = {}) {
  const common = { observedGeneration: generation, replicas: 2, readyReplicas: 2 };
  return fleetObject({
    metadata: { generation, uid: "fleet-uid" },
    spec: {
      addresses: { count: 2, pools: [{ name: "metallb-a" }] },
      audience: { countries: ["IR"] },
      ...spec,
    },
    status: { ...common, ...status },
  });
}

const allReached = condition(
  "Reachable",
  "True Reachable",
  "all 2 slots are measured, and none is known to be cut off",
);
const blockedRow = {
  ...served(1),
  blockedIn: ["IR"],
  burnt: 3,
  next: undefined,
  message:
    "203.0.113.10 is blocked in IR since 2026-11-24 13:58 UTC; it should move and can't: pool metallb-a has no free address before 2026-12-01 14:00 UTC (58 of 62 in quarantine, 2 in use, 2 reserved)",
};

const withoutUndefined = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

/** Fleets in the states that people see. */
export const fleets = {
  healthy: fleet({
    slots: [served(0), served(1)],
    addresses: [serving(0), serving(1)],
    conditions: [allReached],
  }),
  moving: fleet({
    slots: [
      served(0),
      {
        ...served(1),
        blockedIn: ["IR"],
        burnt: 1,
        message: "blocked in IR; 203.0.113.44 is being verified",
      },
    ],
    addresses: [
      serving(0),
      { ...serving(1), blockedIn: ["IR"] },
      { address: "203.0.113.44", slot: 1, phase: "Verifying", since },
      {
        address: "203.0.113.12",
        slot: 0,
        phase: "Draining",
        since,
        expires: "2026-11-24T15:20:00Z",
      },
    ],
    conditions: [condition("Reachable", "False Moving", "1 of 2 slots is cut off, and moves now")],
  }),
  "cut off": fleet({
    slots: [served(0), withoutUndefined(blockedRow)],
    addresses: [serving(0), { ...serving(1), blockedIn: ["IR"] }],
    conditions: [
      condition(
        "Reachable",
        "False AddressBlocked",
        `1 of 2 slots is cut off. slot 1: ${blockedRow.message}`,
      ),
      condition(
        "PoolExhausted",
        "True NoFreshAddress",
        "slot 1 should move and can't: pool metallb-a has no free address before 2026-12-01 14:00 UTC. Add addresses to the pool, or shorten quarantine.blocked (720h).",
      ),
      condition(
        "Leaking",
        "True AddressesDieYoung",
        "slot 1: three addresses in a row were each blocked within six hours",
      ),
    ],
  }),
  "without an address": fleet({
    slots: [
      served(0),
      { slot: 1, burnt: 0, message: "it waits for its first address: MetalLB is silent for 4 min" },
    ],
    addresses: [serving(0)],
    conditions: [
      condition("Reachable", "False SlotsWithoutAddress", "1 of 2 slots has no address"),
    ],
  }),
  "blocked elsewhere": fleet({
    slots: [served(0), { ...served(1), blockedIn: ["RU"] }],
    addresses: [serving(0), { ...serving(1), blockedIn: ["RU"] }],
    conditions: [allReached],
  }),
  "without pods": fleet({
    readyReplicas: 0,
    slots: [served(0), served(1)],
    addresses: [serving(0), serving(1)],
    conditions: [condition("Ready", "False PodsUnschedulable", "no node has room for a pod")],
  }),
  "short of addresses": fleet({
    slots: [served(0), served(1)],
    addresses: [serving(0), serving(1)],
    conditions: [
      allReached,
      condition("PoolExhausted", "False PoolLow", "pool metallb-a has 1 free address left"),
    ],
  }),
  paused: fleet(
    {
      slots: [served(0), served(1)],
      addresses: [serving(0), serving(1)],
      conditions: [allReached],
      observedGeneration: 2,
    },
    { paused: true },
  ),
  "never seen": fleetObject({
    metadata: { generation: 1 },
    spec: { addresses: { count: 2, pools: [{ name: "metallb-a" }] } },
  }),
  persian: fleet({
    slots: [
      {
        ...served(0),
        message:
          "این گروه به نشانی ۲۰۳٫۰٫۱۱۳٫۹ وصل می‌شود و جابه‌جایی بعدی آن پس از چهل‌وهشت ساعت برنامه‌ریزی شده است",
      },
      {
        ...served(1),
        blockedIn: ["IR"],
        burnt: 12,
        hostname: "{token}.نشانی-بسیار-بلند-برای-خانواده-و-دوستان-در-سراسر-کشور.example.org",
        message:
          "نشانی 203.0.113.10 در ایران مسدود شده است و گروه باید جابه‌جا شود، اما مخزن metallb-a تا پیش از ۱۰ آذر هیچ نشانی آزادی ندارد؛ لطفاً نشانی‌های تازه به مخزن اضافه کنید یا زمان قرنطینه را کوتاه‌تر کنید تا مردم دوباره وصل شوند",
      },
    ],
    addresses: [
      serving(0),
      { ...serving(1), blockedIn: ["IR"] },
      {
        address: "2001:db8:0:1234:5678:9abc:def0:1234",
        slot: 1,
        phase: "Draining",
        since,
        expires: "2026-11-24T15:20:00Z",
      },
    ],
    conditions: [
      condition(
        "Reachable",
        "False AddressBlocked",
        "۱ گروه از ۲ گروه قطع است: نشانی 203.0.113.10 در ایران مسدود است",
      ),
    ],
  }),
  large: fleet(
    {
      slots: Array.from({ length: 64 }, (_, slot) => served(slot)),
      addresses: Array.from({ length: 64 }, (_, slot) => serving(slot)),
      conditions: [allReached],
    },
    { addresses: { count: 64, pools: [{ name: "metallb-a" }] } },
  ),
} as const;

/** Objects that no operator of this version wrote. */
export const strange: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  "a text": "x",
  "an empty object": {},
  "a status of texts": { spec: "x", status: { slots: "x", addresses: 7, conditions: null } },
  "rows of the wrong kind": {
    metadata: { name: 7 },
    spec: { addresses: { count: 1e9 } },
    status: {
      observedGeneration: 1,
      slots: [null, 7, { slot: "0" }, { slot: 1, next: { at: "soon" }, burnt: "x" }],
      addresses: [null, {}],
      conditions: [null, { type: 7 }],
    },
  },
};

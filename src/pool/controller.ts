import type { CustomObject } from "../kubernetes/objects.ts";
import { type AddressPool, parseAddressPool } from "../api/address-pool.ts";
import { type Finding, conditionsFrom } from "../api/findings.ts";
import type { IpRange } from "../values/ip.ts";
import { type PoolCounts, lowWater, poolCounts, poolProblem } from "./status.ts";
import { poolRanges } from "./view.ts";
import type { Instant } from "../values/time.ts";
import * as custom from "../api/resources.ts";
import type { Story } from "../kubernetes/events.ts";
import { fieldManagers } from "../api/names.ts";
import { providers } from "./providers.ts";
import { type Controller, type Outcome, done, gone, lookAgain } from "../runtime/controller.ts";
import { Pace } from "../runtime/throttle.ts";
import { claimedPool } from "../cluster/caches.ts";
import type { Environment } from "../cluster/environment.ts";
import { isSameStatus, writeStatus } from "../cluster/write-status.ts";
import { isOwnStatus, sidesOf } from "../cluster/changes.ts";

interface PoolStatus extends Partial<PoolCounts> {
  readonly observedGeneration: number;
  readonly conditions: ReturnType<typeof conditionsFrom>;
}

/**
 * Between two looks at a pool (ms): each claim changes its counts, and many fleets may claim at
 * once.
 */
const countEveryMs = 1_000;

/** Keeps a pool's counts and conditions as the ledger is. It never touches an address. */
export function poolController(environment: Environment): Controller {
  const queue = environment.makeQueue();
  const pace = new Pace(countEveryMs, () => performance.now());
  wake(environment, (name) => queue.add(name));
  return {
    name: "pool",
    workers: 2,
    queue,
    async reconcile(name): Promise<Outcome> {
      const raw = environment.caches.pools.get({ name });
      if (raw === undefined) return gone;
      const waitMs = pace.waitMs(name);
      if (waitMs > 0) return lookAgain(waitMs);
      pace.went(name);
      await tell(raw, decidePool(raw, environment, environment.now()), environment);
      return done;
    },
  };
}

function decidePool(raw: CustomObject, { caches }: Environment, now: Instant): PoolStatus {
  const parsed = parseAddressPool(raw);
  const generation = raw.metadata.generation ?? 0;
  if (!parsed.ok)
    return statusOf(
      raw,
      generation,
      undefined,
      { status: "False", reason: "InvalidSpec", message: parsed.problem },
      now,
    );
  const pool = parsed.value;
  const ranges = poolRanges(pool.spec);
  if (typeof ranges === "string")
    return statusOf(
      raw,
      generation,
      undefined,
      { status: "False", reason: "InvalidSpec", message: ranges },
      now,
    );
  const others = caches.pools.list().flatMap((other) => otherRanges(other, raw.metadata.name));
  const finding = unsupported(pool) ??
    poolProblem(ranges, others) ?? {
      status: "True",
      reason: "Usable",
      message: "fleets may claim addresses from this pool",
    };
  return statusOf(
    raw,
    generation,
    poolCounts(
      pool.spec.provider === "Assigned" ? "assigned" : ranges,
      caches.ledger.of(raw.metadata.name),
      caches.ledger.held,
    ),
    finding,
    now,
  );
}

function unsupported({ spec }: AddressPool): Finding | undefined {
  if (providers.has(spec.provider)) return undefined;
  return {
    status: "False",
    reason: "ProviderUnknown",
    message: `this version can't use the provider ${spec.provider} yet: use one of ${[...providers.keys()].join(", ")}`,
  };
}

function otherRanges(
  raw: CustomObject,
  name: string,
): { name: string; ranges: readonly IpRange[] }[] {
  const parsed = raw.metadata.name === name ? undefined : parseAddressPool(raw);
  const ranges = parsed?.ok === true ? poolRanges(parsed.value.spec) : "";
  return typeof ranges === "string" ? [] : [{ name: raw.metadata.name, ranges }];
}

function statusOf(
  raw: CustomObject,
  generation: number,
  counts: PoolCounts | undefined,
  ready: Finding,
  now: Instant,
): PoolStatus {
  const parsed = parseAddressPool(raw);
  const before = parsed.ok ? (parsed.value.status.conditions ?? []) : [];
  return {
    observedGeneration: generation,
    ...counts,
    conditions: conditionsFrom({ Ready: ready }, { before, generation, now }),
  };
}

async function tell(
  raw: CustomObject,
  status: PoolStatus,
  { client, caches, events }: Environment,
): Promise<void> {
  if (isSameStatus(raw.status, status)) return;
  await writeStatus(client, custom.pools, caches.pools, raw, status, fieldManagers.pool);
  await events.tell(raw, ...stories(raw, status));
}

/**
 * A pool that became unusable, or usable again, says so once, and so does one that came to have few
 * free addresses.
 */
function stories(raw: CustomObject, status: PoolStatus): Story[] {
  const parsed = parseAddressPool(raw);
  const old = parsed.ok ? parsed.value.status : undefined;
  const low = parsed.ok ? lowWater(old, status, parsed.value.spec.reserve) : undefined;
  const [ready] = status.conditions;
  const before = old?.conditions?.find(({ type }) => type === "Ready");
  const isNews =
    ready !== undefined &&
    before?.reason !== ready.reason &&
    (before !== undefined || ready.status !== "True");
  return [
    ...(isNews
      ? [
          {
            type: ready.status === "True" ? ("Normal" as const) : ("Warning" as const),
            reason: ready.reason,
            message: ready.message,
          },
        ]
      : []),
    ...(low === undefined ? [] : [{ type: "Warning" as const, ...low }]),
  ];
}

function wake({ caches }: Environment, add: (name: string) => void): void {
  caches.pools.onChange((change) => {
    // A change of one pool's ranges may end or begin an overlap with any other.
    const ranges = [change.before, change.after].map((pool) => JSON.stringify(pool?.spec));
    if (ranges[0] !== ranges[1]) for (const pool of caches.pools.list()) add(pool.metadata.name);
    else if (change.after !== undefined && !isOwnStatus(change)) add(change.after.metadata.name);
  });
  caches.addresses.onChange((change) => {
    for (const name of new Set(sidesOf(change).flatMap(claimedPool))) add(name);
    // What an overlapping pool holds is not free in this one either.
    for (const pool of caches.pools.list()) if (overlaps(pool)) add(pool.metadata.name);
  });
}

/**
 * Whether the pool's own status says so: the pools are few, and looked through at each change of
 * the ledger.
 */
function overlaps({ status }: CustomObject): boolean {
  const { conditions = [] } = (status ?? {}) as {
    conditions?: readonly { readonly reason?: unknown }[];
  };
  return conditions.some(({ reason }) => reason === "Overlaps");
}

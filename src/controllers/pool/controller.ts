import { type AddressPool, parseAddressPool } from "../../api/address-pool.ts";
import { parseProxyAddress } from "../../api/proxy-address.ts";
import { type Finding, conditionsFrom } from "../../domain/conditions.ts";
import type { IpRange } from "../../domain/ip.ts";
import { type HeldAddress, type PoolCounts, lowWater, poolCounts, poolProblem } from "../../domain/pool-status.ts";
import { poolRanges } from "../../domain/pool-view.ts";
import type { Instant } from "../../domain/time.ts";
import { covers, pinned } from "../../kube/apply.ts";
import * as custom from "../../kube/custom.ts";
import type { CustomObject } from "../../kube/custom.ts";
import type { Story } from "../../kube/events.ts";
import { fieldManagers } from "../../manifests/names.ts";
import { providers } from "../../manifests/providers.ts";
import { type Controller, type Outcome, done, gone } from "../../runtime/controller.ts";
import { claimedPool } from "../caches.ts";
import type { Environment } from "../environment.ts";

interface PoolStatus extends Partial<PoolCounts> {
  readonly observedGeneration: number;
  readonly conditions: ReturnType<typeof conditionsFrom>;
}

/** Keeps a pool's counts and conditions as the ledger is. It never touches an address. */
export function poolController(environment: Environment): Controller {
  const queue = environment.makeQueue();
  wake(environment, (name) => queue.add(name));
  return {
    name: "pool",
    workers: 2,
    queue,
    async reconcile(name): Promise<Outcome> {
      const raw = environment.caches.pools.get({ name });
      if (raw === undefined) return gone;
      const status = decidePool(raw, environment, environment.now());
      await writeStatus(raw, status, environment);
      return done;
    },
  };
}

function decidePool(raw: CustomObject, { caches }: Environment, now: Instant): PoolStatus {
  const parsed = parseAddressPool(raw);
  const generation = raw.metadata.generation ?? 0;
  if (!parsed.ok) return statusOf(raw, generation, undefined, { status: "False", reason: "InvalidSpec", message: parsed.problem }, now);
  const pool = parsed.value;
  const ranges = poolRanges(pool.spec);
  if (typeof ranges === "string")
    return statusOf(raw, generation, undefined, { status: "False", reason: "InvalidSpec", message: ranges }, now);
  const others = caches.pools.list().flatMap((other) => otherRanges(other, raw.metadata.name));
  const finding = unsupported(pool) ??
    poolProblem(ranges, others) ?? { status: "True", reason: "Usable", message: "fleets may claim addresses from this pool" };
  return statusOf(
    raw,
    generation,
    poolCounts(raw.metadata.name, pool.spec.provider === "Assigned" ? "assigned" : ranges, ledgerOf(caches)),
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

function otherRanges(raw: CustomObject, name: string): { name: string; ranges: readonly IpRange[] }[] {
  const parsed = raw.metadata.name === name ? undefined : parseAddressPool(raw);
  const ranges = parsed?.ok === true ? poolRanges(parsed.value.spec) : "";
  return typeof ranges === "string" ? [] : [{ name: raw.metadata.name, ranges }];
}

function ledgerOf(caches: Environment["caches"]): HeldAddress[] {
  return caches.addresses.list().flatMap((raw) => {
    const parsed = parseProxyAddress(raw);
    if (!parsed.ok) return [];
    const { spec, status } = parsed.value;
    return [{ pool: spec.pool, address: spec.address, want: spec.want, phase: status.phase ?? "Provisioning" }];
  });
}

function statusOf(raw: CustomObject, generation: number, counts: PoolCounts | undefined, ready: Finding, now: Instant): PoolStatus {
  const parsed = parseAddressPool(raw);
  const before = parsed.ok ? (parsed.value.status.conditions ?? []) : [];
  return { observedGeneration: generation, ...counts, conditions: conditionsFrom({ Ready: ready }, before, generation, now) };
}

async function writeStatus(raw: CustomObject, status: PoolStatus, { client, caches, events }: Environment): Promise<void> {
  if (covers(raw.status, status) && covers(status, raw.status)) return;
  const metadata = { name: raw.metadata.name, ...pinned(caches.pools, raw) };
  const body = { apiVersion: raw.apiVersion, kind: raw.kind, metadata, status };
  caches.pools.wrote(await client.apply<CustomObject>(custom.pools, body, fieldManagers.pool, "status"));
  await events.tell(raw, ...stories(raw, status));
}

/** A pool that became unusable, or usable again, says so once, and so does one that came to have few free addresses. */
function stories(raw: CustomObject, status: PoolStatus): Story[] {
  const parsed = parseAddressPool(raw);
  const old = parsed.ok ? parsed.value.status : undefined;
  const low = parsed.ok ? lowWater(old, status, parsed.value.spec.reserve) : undefined;
  const [ready] = status.conditions;
  const before = old?.conditions?.find(({ type }) => type === "Ready");
  const isNews = ready !== undefined && before?.reason !== ready.reason && (before !== undefined || ready.status !== "True");
  return [
    ...(isNews
      ? [{ type: ready.status === "True" ? ("Normal" as const) : ("Warning" as const), reason: ready.reason, message: ready.message }]
      : []),
    ...(low === undefined ? [] : [{ type: "Warning" as const, ...low }]),
  ];
}

function wake({ caches }: Environment, add: (name: string) => void): void {
  caches.pools.onChange(({ before, after }) => {
    // A change of one pool's ranges may end or begin an overlap with any other.
    const ranges = [before, after].map((pool) => JSON.stringify(pool?.spec));
    if (ranges[0] !== ranges[1]) for (const pool of caches.pools.list()) add(pool.metadata.name);
    else if (after !== undefined) add(after.metadata.name);
  });
  caches.addresses.onChange(({ before, after }) => {
    for (const entry of [before, after]) if (entry !== undefined) for (const name of claimedPool(entry)) add(name);
  });
}

import type { Finding } from "../api/findings.ts";
import { fieldManagers, poolFinalizer } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import type { AddressView } from "../ledger/view.ts";
import type { ApplyEffect, NoOthers, PatchEffect } from "../runtime/effect.ts";

/** A pool, and all of the ledger that names it. */
export interface ProtectedPool {
  readonly raw: CustomObject;
  readonly entries: Iterable<AddressView>;
  /** Entries that name the pool and can't be read: nobody knows whether they are in use. */
  readonly unreadable: readonly string[];
}

/** So many fleets that still use a pool are named. */
const mostNamed = 5;

/** Its addresses would be left without the settings that they are served with. */
export function protecting({ raw }: Pick<ProtectedPool, "raw">): readonly ApplyEffect[] {
  if (isDeleting(raw) || isProtected(raw)) return [];
  const { apiVersion, kind, metadata } = raw;
  const object = {
    apiVersion,
    kind,
    metadata: { name: metadata.name, finalizers: [poolFinalizer] },
  };
  return [
    {
      kind: "apply",
      id: "finalizer",
      of: resources.pools,
      object,
      fieldManager: fieldManagers.pool,
      state: stateOf(raw),
    },
  ];
}

/**
 * Lets a deleted pool go once nothing uses it. A cache may lag behind claims made just before, so
 * the ledger of the server must name no other entries. Quarantined ones need no pool: the ledger is
 * the memory.
 */
export function releasing(pool: ProtectedPool): PatchEffect | undefined {
  const { raw, entries } = pool;
  if (!isDeleting(raw) || !isProtected(raw) || isInUse(pool)) return undefined;
  const known: NoOthers = {
    kind: "noOthers",
    of: resources.addresses,
    filed: { index: "pool", value: raw.metadata.name },
    names: [...entries].map(({ name }) => name),
  };
  return {
    kind: "patch",
    id: "finalizer",
    of: resources.pools,
    key: keyOf(raw),
    state: stateOf(raw),
    metadata: { finalizers: raw.metadata.finalizers?.filter((each) => each !== poolFinalizer) },
    fieldManager: fieldManagers.pool,
    preconditions: [known],
  };
}

/** Who keeps a deleted pool, and what to do; undefined for one that nobody has deleted. */
export function deletion(pool: ProtectedPool): Finding | undefined {
  if (!isDeleting(pool.raw)) return undefined;
  return { status: "False", reason: "Deleting", message: `it is being deleted. ${holders(pool)}` };
}

function holders(pool: ProtectedPool): string {
  const { metadata } = pool.raw;
  const { unreadable } = pool;
  if (unreadable.length > 0)
    return `ProxyAddress ${unreadable.toSorted().slice(0, mostNamed).join(", ")} names it and can't be read: correct or delete it`;
  const users = usersOf(pool);
  if (users.size === 0)
    return `Nothing of ours uses it; other finalizers hold it: ${(metadata.finalizers ?? []).join(", ")}`;
  const named = [...users].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const words = named.slice(0, mostNamed).map(([fleet, count]) => `${fleet} (${count})`);
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : "";
  return `Its addresses are in use, by the fleets ${words.join(", ")}${more}. It stays until they have left, and gives no new ones: name another pool in spec.addresses.pools of these fleets, and rotate`;
}

/** How many addresses each fleet (namespace/name) has of the pool that are not at rest yet. */
function usersOf({ entries }: ProtectedPool): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const { namespace, fleet, phase } of entries) {
    const user = `${namespace}/${fleet}`;
    if (phase !== "Quarantined") users.set(user, (users.get(user) ?? 0) + 1);
  }
  return users;
}

function isInUse(pool: ProtectedPool): boolean {
  return pool.unreadable.length > 0 || usersOf(pool).size > 0;
}

function isDeleting({ metadata }: CustomObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function isProtected({ metadata }: CustomObject): boolean {
  return metadata.finalizers?.includes(poolFinalizer) ?? false;
}

import { ledgerName } from "../ledger/name.ts";
import { addressFinalizer, fieldManagers, serviceName } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { services as serviceResource } from "../kubernetes/builtin.ts";
import type { KubeObject, Service } from "../kubernetes/objects.ts";
import { keyOf, stateOf } from "../kubernetes/resource.ts";
import { asInstalled } from "../pool/installed.ts";
import { providers } from "../pool/providers.ts";
import type { Effect } from "../runtime/effect.ts";
import { serviceEffect } from "./obstacle.ts";
import type { ObservedAddress } from "./observed.ts";
import type { AddressDecision } from "./phase.ts";
import { serviceManifest } from "./service.ts";
import type { Sight } from "./sight.ts";

/** Whoever has set it: it goes, and those of others stay. */
export function finishing({ raw }: Pick<ObservedAddress, "raw">): Effect {
  const finalizers = (raw.metadata.finalizers ?? []).filter((each) => each !== addressFinalizer);
  return {
    kind: "patch",
    id: "finalizer",
    of: resources.addresses,
    key: keyOf(raw),
    state: stateOf(raw),
    metadata: { finalizers },
    fieldManager: fieldManagers.address,
  };
}

/**
 * The finalizer comes before the Service: no entry may go and leave a Service behind that still
 * shows the address. A claim is born with it; an entry that was adopted or came out of a backup is
 * not.
 */
export function finalizerEffect({ entry, raw }: ObservedAddress): readonly Effect[] {
  const hasFinalizer = raw.metadata.finalizers?.includes(addressFinalizer) ?? false;
  if (hasFinalizer || entry.metadata.deletionTimestamp !== undefined) return [];
  const { name } = entry.metadata;
  const { address } = entry.spec;
  // What this manager once set and leaves out now would be taken away: the address that a provider
  // gave stays.
  const given = address === undefined || name === ledgerName(address) ? {} : { spec: { address } };
  return [entryEffect("finalizer", raw, given)];
}

/**
 * Enters into the ledger what a provider gave that can't be asked. From then on nobody else may have
 * it.
 */
export function takingEffect(
  { raw }: ObservedAddress,
  { take }: AddressDecision,
): Effect | undefined {
  return take === undefined ? undefined : entryEffect("address", raw, { spec: { address: take } });
}

function entryEffect(id: string, raw: KubeObject, fields: object): Effect {
  const { apiVersion, kind, metadata } = raw;
  const object = {
    apiVersion,
    kind,
    metadata: { name: metadata.name, finalizers: [addressFinalizer] },
    ...fields,
  };
  const of = resources.addresses;
  return {
    kind: "apply",
    id,
    of,
    object,
    fieldManager: fieldManagers.address,
    state: stateOf(raw),
  };
}

/** Names the effect that deletes a Service. */
export function removalId({ metadata }: KubeObject): string {
  return `remove ${metadata.name}`;
}

/** An address that goes dark loses its Services, each in the state that was judged. */
export function removalEffects(
  { services }: ObservedAddress,
  decision: AddressDecision,
): readonly Effect[] {
  return decision.service === "remove" ? removing(services) : [];
}

/** Takes down the Services that are not on their way out yet. */
export function removing(services: readonly Service[]): readonly Effect[] {
  const live = services.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return live.map((service) => ({
    kind: "delete",
    id: removalId(service),
    of: serviceResource,
    key: keyOf(service),
    state: stateOf(service),
  }));
}

/** Makes the entry's Service what it should be, after the finalizer that protects it. */
export function makingService(
  sight: Sight,
  decision: AddressDecision,
  finalizer: readonly Effect[],
): readonly Effect[] {
  const object = serviceOf(sight, decision);
  if (object === undefined) return [];
  const needs = finalizer.map(({ id }) => id);
  const fieldManager = fieldManagers.address;
  return [{ kind: "apply", id: serviceEffect, of: serviceResource, object, fieldManager, needs }];
}

/** The Service that should be, or undefined where what there is stays as it is. */
function serviceOf(sight: Sight, { service }: AddressDecision): Service | undefined {
  const { entry, fleet, pool } = sight;
  const provider = providers.get(pool?.spec.provider ?? "");
  if (service === "remove" || fleet === undefined || pool === undefined || provider === undefined)
    return undefined;
  // A repeat needs no lane.
  const waitsForLane = service === "keep" && sight.obstacleToLane !== undefined;
  if (sight.obstacleToService !== undefined || waitsForLane) return undefined;
  const { name, uid } = fleet.metadata;
  const { apiVersion, kind } = fleet;
  return serviceManifest({
    entry: { name: entry.metadata.name, spec: entry.spec },
    name: nameOf(sight),
    owner: { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
    fleet: fleet.spec.addresses,
    pool: pool.spec,
    provider: asInstalled(provider, sight.signs),
    held: service === "hold",
  });
}

/** An entry that was lost and made again keeps its Service, whose name holds the lost one's uid. */
export function nameOf({
  entry: { metadata, spec },
  services: [service],
}: ObservedAddress): string {
  const isLeaving = service?.metadata.deletionTimestamp !== undefined;
  if (service !== undefined && !isLeaving) return service.metadata.name;
  return serviceName(spec.claimRef.name, spec.claimRef.slot, metadata.uid);
}

/** A quarantine is over: what was remembered of the address is forgotten. */
export function forgetting(
  { raw }: ObservedAddress,
  { entry }: AddressDecision,
): readonly Effect[] {
  if (entry !== "delete") return [];
  const of = resources.addresses;
  return [{ kind: "delete", id: "forget", of, key: keyOf(raw), state: stateOf(raw) }];
}

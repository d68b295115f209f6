import type { WhatsAppProxy } from "../../api/fleet.ts";
import { shareSecretName } from "../../share/slot-share.ts";

/** A fleet as `namespace` and `name`. */
export interface FleetKey {
  readonly namespace: string;
  readonly name: string;
}

/** What is known of a fleet, besides its Secret. */
export type FleetLook =
  | { readonly kind: "Found"; readonly fleet: Pick<WhatsAppProxy, "metadata" | "spec" | "status"> }
  | { readonly kind: "Missing" }
  /** Who asks has no right to read it, or it can't be understood. */
  | { readonly kind: "Unreadable"; readonly why: string };

/** `namespace/name`, as messages name a fleet. */
export function fleetText({ namespace, name }: FleetKey): string {
  return `${namespace}/${name}`;
}

/** The Secret with a fleet's links, as messages name it. */
export function secretText({ namespace, name }: FleetKey): string {
  return `Secret ${namespace}/${shareSecretName(name)}`;
}

/** Why a fleet has no Secret, or an empty one, and what to do. */
export function withoutLinks(key: FleetKey, look: FleetLook): string {
  const fleet = `WhatsAppProxy ${fleetText(key)}`;
  if (look.kind === "Missing")
    return `there is no ${fleet}: kubectl get wap -A lists those that are there`;
  if (look.kind === "Unreadable")
    return `there are no links in ${secretText(key)}, and ${fleet} can't be read (${look.why}): see that both names are right`;
  if (look.fleet.metadata.deletionTimestamp !== undefined)
    return `${fleet} is being deleted, and its links with it`;
  if ((look.fleet.status.slots ?? []).some(({ address }) => address !== undefined))
    return `${fleet} has addresses, but no links in ${secretText(key)}: the operator that runs is too old to write it, or can't. Upgrade it, and see kubectl describe wap ${key.name} -n ${key.namespace}`;
  return `${fleet} has no published address yet: kubectl describe wap ${key.name} -n ${key.namespace} says what it waits for`;
}

/** Why a slot has no link at present. */
export function withoutAddress(key: FleetKey, slot: number, look: FleetLook): string {
  const message =
    look.kind === "Found"
      ? look.fleet.status.slots?.find((one) => one.slot === slot)?.message
      : undefined;
  const why = message ?? `kubectl describe wap ${key.name} -n ${key.namespace} says why`;
  return `slot ${slot} of WhatsAppProxy ${fleetText(key)} has no published address yet: ${why}`;
}

/** What else whoever hands out links should know; undefined: nothing. */
export function fleetNote(key: FleetKey, look: FleetLook): string | undefined {
  if (look.kind !== "Found" || !look.fleet.spec.paused) return undefined;
  return `WhatsAppProxy ${fleetText(key)} is paused (spec.paused): a blocked address is not replaced until it is resumed`;
}

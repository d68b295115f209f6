import type { WhatsAppProxy } from "../../../../src/api/fleet.ts";
import * as custom from "../../../../src/api/resources.ts";
import type { ObjectKey } from "../../../../src/kubernetes/resource.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";
import type { StoredObject } from "../../../../src/simulator/server/stored-object.ts";
import { type Entry, fleetOf } from "./entry.ts";

/** A fleet as the server has it. */
export type Fleet = WhatsAppProxy & StoredObject;

/** The fleet, or undefined. */
export function readFleet(server: SimulatedApiServer, key: ObjectKey): Fleet | undefined {
  return server.get(custom.fleets, key) as Fleet | undefined;
}

/** Addresses that the fleet's status names as serving: those that people use. */
export function namedAddresses(fleet: Fleet): readonly string[] {
  const { addresses = [] } = (fleet.status as WhatsAppProxy["status"] | undefined) ?? {};
  return addresses.filter(({ phase }) => phase === "Serving").map(({ address }) => address);
}

/** The slots that an annotation asks for, as `<slot>@<text>` or all of them. */
export function requestedSlots(fleet: Fleet, text: string): readonly number[] {
  const slot = /^(\d+)@/.exec(text)?.[1];
  if (slot !== undefined) return [Number(slot)];
  return Array.from({ length: fleet.spec.addresses.count }, (_, each) => each);
}

/** All fleets. */
export function allFleets(server: SimulatedApiServer): readonly Fleet[] {
  return server.list(custom.fleets) as readonly unknown[] as readonly Fleet[];
}

/** Its own entries: one of an earlier fleet of that name that still serves is taken over. */
export function ownEntries(fleet: Fleet, entries: readonly Entry[]): readonly Entry[] {
  const name = `${fleet.metadata.namespace}/${fleet.metadata.name}`;
  return entries.filter(
    (entry) =>
      fleetOf(entry) === name &&
      (entry.spec.claimRef.uid === fleet.metadata.uid || entry.spec.want !== "Quarantine"),
  );
}

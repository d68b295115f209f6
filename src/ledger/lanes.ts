import { type ListenerName, listenerNames } from "../api/names.ts";

/** The listeners a fleet has: chat and media always, plainChat only if asked for. */
export interface Listeners {
  readonly plainChat?: unknown;
}

const firstPort = 20_000;
const portsPerLane = 4;
const lanesPerSlot = 4;

/** A fleet never has more lanes than this: four for each of 64 slots. */
export const mostLanes = lanesPerSlot * 64;

/** A fleet's listeners in the order of their ports. */
export function listenersOf(listeners: Listeners): ListenerName[] {
  return listenerNames.filter((name) => name !== "plainChat" || listeners.plainChat !== undefined);
}

/**
 * The port in the pod on which a lane serves a listener. From 20000 up, four to a lane (one spare):
 * unprivileged, and below the ports that Linux gives to outgoing connections (32768 and up,
 * ip_local_port_range), so that an upstream connection never takes a lane's port.
 */
export function lanePort(lane: number, listener: ListenerName): number {
  return firstPort + portsPerLane * lane + listenerNames.indexOf(listener);
}

/**
 * How many lanes a fleet's pods bind: four a slot (one serving, one being prepared, two draining),
 * and never fewer than are in use, since a fleet that shrinks still drains its upper lanes.
 */
export function bankSize(count: number, highestLaneInUse?: number): number {
  return Math.max(lanesPerSlot * count, (highestLaneInUse ?? -1) + 1);
}

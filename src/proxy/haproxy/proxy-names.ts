import type { ListenerName } from "../../api/names.ts";

/** The frontend of a lane's listener. The supervisor reads the lane from it. */
export function proxyName(lane: number, listener: ListenerName): string {
  return `lane-${lane}-${listener}`;
}

/** The backend behind that frontend. */
export function upstreamBackend(lane: number, listener: ListenerName): string {
  return `${proxyName(lane, listener)}-up`;
}

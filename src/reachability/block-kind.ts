import { listenerNames } from "../api/names.ts";
import type { BlockKind } from "../api/proxy-address.ts";
import type { Listener } from "./evidence.ts";
import { type PortCase, countWitnesses } from "./weigh.ts";

/** What is blocked of an address, and on which ports. */
export interface BlockedPart {
  readonly kind: Exclude<BlockKind, "Protocol">;
  readonly listeners: readonly Listener[];
}

/**
 * What is blocked, where these ports of those that were tested are: the one or the other port while
 * people still reach another, the transfer of data, or the address.
 */
export function blockedPart(
  blocked: readonly PortCase[],
  tested: readonly PortCase[],
): BlockedPart {
  const others = tested.filter(({ listener }) => !blocked.some((one) => one.listener === listener));
  const names = blocked.map(({ listener }) => listener);
  if (blocked.every(isThrottled)) return { kind: "Throttled", listeners: names };
  if (others.some(works)) return { kind: "Port", listeners: names };
  const failing = others.filter(({ failures }) => failures.length > 0);
  const all = [...names, ...failing.map(({ listener }) => listener)];
  return { kind: "Address", listeners: inOrder(all) };
}

/** Listeners in their usual order, each once. */
export function inOrder(listeners: readonly Listener[]): readonly Listener[] {
  return listenerNames.filter((name) => listeners.includes(name));
}

/** More places reach the port than fail to. */
function works({ working, failures }: PortCase): boolean {
  return working.length > countWitnesses(failures);
}

/** Where data hardly gets through, one handshake or other fails as well. */
function isThrottled({ counted }: PortCase): boolean {
  const throttled = counted.filter(({ failure: { kind } }) => kind === "Frozen" || kind === "Slow");
  return throttled.length * 2 > counted.length;
}

import type { ListenerName } from "../../api/names.ts";
import { proxyName, upstreamBackend } from "./proxy-names.ts";

/**
 * The rules by which a lane keeps to its share of a pod's connections, counted from before the
 * handshake: how many the lane may have over all its listeners, and how many of a listener may have
 * said nothing yet. A connection above is closed at once, and counted as denied; a full `maxconn`
 * would leave it waiting in the kernel, counted by nobody.
 *
 * The numbers are variables of HAProxy's process, since they follow the open lanes, which change
 * without a reload: the supervisor sets them.
 */
export function shareRules(
  lane: number,
  listener: ListenerName,
  listeners: readonly ListenerName[],
): string[] {
  const others = listeners
    .filter((other) => other !== listener)
    .map((other) => proxyName(lane, other));
  const sum = others.map((other, index) =>
    setNumber(`fe_conn(${other})${index === 0 ? "" : `,add(${number})`}`),
  );
  return [
    ...sum,
    refuse(`fe_conn,add(${number})`, mostOfLane),
    // What has spoken is in the lane's backend: the rest shakes hands, or has yet to say something.
    setNumber(`be_conn(${upstreamBackend(lane, listener)})`),
    refuse(`fe_conn,sub(${number})`, mostOpening),
  ];
}

const mostOfLane = "proc.lane_share";
const mostOpening = "proc.lane_opening";

/**
 * What the variables are at first: no limit but the pod's own. A supervisor of an earlier version
 * leaves it at that.
 */
export function shareVariables(maxConnections: number): string[] {
  return [mostOfLane, mostOpening].map((name) => `    set-var ${name} int(${maxConnections})`);
}

/** A number that is passed from one rule to the next. */
const number = "sess.n";

function setNumber(expression: string): string {
  return `    tcp-request connection set-var(${number}) ${expression}`;
}

function refuse(count: string, most: string): string {
  return `    tcp-request connection reject if { ${count},sub(${most}) gt 0 }`;
}

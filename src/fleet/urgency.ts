import type { StoredCondition } from "../api/findings.ts";
import type { FleetStatus, StatusAddress } from "./status.ts";

/** An address, and whether people are to use it. */
type Told = Pick<StatusAddress, "address" | "phase">;

/**
 * The last status, as far as its urgency is judged by it. Fields that nobody could read are
 * undefined.
 */
interface Before {
  readonly observedGeneration?: number | undefined;
  readonly lastHandledRotateAt?: string | undefined;
  readonly lastHandledReport?: string | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  readonly addresses?: readonly Told[] | undefined;
}

/**
 * When a status should be written: at once; with what else comes in the next moments; or when
 * nobody waits for something better.
 */
export type Urgency = "now" | "soon" | "eventually";

/**
 * How urgent a status is. While a fleet comes up, pods and addresses make progress all the time,
 * and only the end of it is urgent; of a fleet that is up, every change of an address is. That
 * people are not to use an address any more is always urgent: only from then on its drain counts.
 * An address that is new to people may be reported with the next one, but must not wait for a calm
 * hour: its group may have no other.
 */
export function urgencyOf(before: Before | undefined, after: FleetStatus): Urgency {
  if (before === undefined || before.observedGeneration !== after.observedGeneration) return "now";
  if (
    before.lastHandledRotateAt !== after.lastHandledRotateAt ||
    before.lastHandledReport !== after.lastHandledReport
  )
    return "now";
  const [published, serves] = [serving(before.addresses ?? []), serving(after.addresses)];
  const known = before.conditions ?? [];
  if (!isAllOf(published, serves) || isNews(known, after.conditions)) return "now";
  if (
    known.some(isReady) &&
    JSON.stringify(before.addresses ?? []) !== JSON.stringify(after.addresses)
  )
    return "now";
  return isAllOf(serves, published) ? "eventually" : "soon";
}

type Condition = Pick<StoredCondition, "type" | "status">;

/**
 * Any change of a condition's status is news, but for one from Unknown to True of a fleet that was
 * not Ready yet: while it comes up, it is no surprise that all is well with what nobody knew of.
 */
function isNews(before: readonly Condition[], after: readonly Condition[]): boolean {
  const known = new Map(before.map(({ type, status }) => [type, status]));
  const isUp = before.some(isReady);
  const isTold = ({ type, status }: Condition) => {
    const was = known.get(type);
    return was === status || (!isUp && was === "Unknown" && status === "True" && type !== "Ready");
  };
  return before.length !== after.length || !after.every(isTold);
}

function isReady({ type, status }: Condition): boolean {
  return type === "Ready" && status === "True";
}

function serving(addresses: readonly Told[]): ReadonlySet<string> {
  return new Set(
    addresses.filter(({ phase }) => phase === "Serving").map(({ address }) => address),
  );
}

function isAllOf(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}

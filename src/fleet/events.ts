import type { FleetView } from "../rotation/fleet-view.ts";
import type { RetireCause } from "../api/proxy-address.ts";
import type { EventReason } from "../api/reasons.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { Condition, StoredCondition } from "../api/findings.ts";
import type { FleetStatus } from "./status.ts";
import type { RotationPlan } from "../rotation/plan.ts";
import { slotsOf } from "../rotation/slots.ts";
import { type Instant, formatInstant } from "../values/time.ts";
import { type AddressView, publishedAddress } from "../ledger/view.ts";

/** The last status, as far as Events depend on it. */
interface Before {
  readonly addresses?:
    | readonly {
        readonly address: string;
        readonly phase: string;
        readonly blockedIn?: readonly string[] | undefined;
      }[]
    | undefined;
  readonly conditions?: readonly Pick<StoredCondition, "type" | "status" | "reason">[] | undefined;
}

/** What is new in a status: comes with its write, so each once, as a difference to the last one. */
export function statusNotes({ view, rotation, before, status }: NewStatus): EventNote[] {
  const published = publications(view, before);
  const changes = conditionChanges(before?.conditions ?? [], status.conditions);
  return [
    ...published,
    ...refusedRequest(rotation, view),
    ...answeredReport(rotation),
    ...newBlocks(view, before, status),
    ...changes.filter(({ reason }) => isNews(reason, { published, changes })),
  ];
}

/**
 * A fleet whose last slot is published becomes Ready with it, and what is Ready is Reachable: one
 * line is enough.
 */
function isNews(
  reason: string,
  told: { readonly published: readonly EventNote[]; readonly changes: readonly EventNote[] },
): boolean {
  if (reason !== "Ready" && reason !== "Reachable") return true;
  const isReady = reason === "Reachable" && told.changes.some((one) => one.reason === "Ready");
  return told.published.length === 0 && !isReady;
}

export interface NewStatus {
  readonly view: FleetView;
  readonly rotation: RotationPlan;
  readonly before: Before | undefined;
  readonly status: FleetStatus;
}

/** All addresses of a fleet end with it. */
export function deletionNote(now: Instant): EventNote {
  const since = formatInstant(now);
  return normal("Deleting", `all addresses go dark now, and stay in quarantine (${since})`);
}

function publications(fleet: FleetView, before: Before | undefined): EventNote[] {
  return slotsOf(fleet).flatMap(({ published: entry }) => {
    if (
      entry?.address === undefined ||
      before?.addresses?.some(
        ({ address, phase }) => address === entry.address && phase === "Serving",
      ) === true
    )
      return [];
    const took = Math.max(0, Math.round((entry.phaseSince - entry.createdAt) / 1000));
    return [
      normal(
        "Published",
        `slot ${entry.slot}: people now use ${entry.address}, verified on all ports ${took} s after it was claimed`,
      ),
    ];
  });
}

/**
 * A move begins. That a slot without an address gets its first one is no news before it is published.
 */
export function claimNotes(
  fleet: FleetView,
  { slot, address, pool, because }: RotationPlan["claims"][number],
): EventNote[] {
  if (publishedAddress(fleet.addresses, slot) === undefined) return [];
  return [
    normal(
      "RotationStarted",
      `slot ${slot}: claimed ${address ?? "an address"} from pool ${pool}, because ${because}`,
    ),
  ];
}

/** An address goes a step towards its end. That the end of a drain is dated again is no step. */
export function retireNotes(
  fleet: FleetView,
  step: RotationPlan["retirements"][number],
): EventNote[] {
  const entry = fleet.addresses.find(({ name }) => name === step.name);
  if (entry?.address === undefined || fleet.deleting) return [];
  const until = formatInstant(step.until);
  switch (step.kind) {
    case "drain":
      if (entry.want === "Drain") return [];
      return [
        normal(
          "Draining",
          `slot ${entry.slot}: ${entry.address} is no longer published; people who still have it get in until ${until} at the latest, then goes dark`,
        ),
      ];
    case "quarantine": {
      const message = `slot ${entry.slot}: ${entry.address} goes dark now, and may not be used again before ${until}`;
      return [ofDark(entry, step.because, message)];
    }
  }
}

function ofDark(entry: AddressView, because: RetireCause, message: string): EventNote {
  switch (because) {
    case "Unusable": {
      const why = "it did not work while others of its pool did";
      return { type: "Warning", reason: "AddressUnusable", message: `${message}: ${why}` };
    }
    case "Refused": {
      const why = entry.refused?.message ?? "it was refused";
      const given = `slot ${entry.slot}: ${entry.address} is given up for a while`;
      return { type: "Warning", reason: "AddressRefused", message: `${given}: ${why}` };
    }
    default:
      return normal("WentDark", message);
  }
}

function refusedRequest(plan: RotationPlan, fleet: FleetView): EventNote[] {
  if (plan.answered.kind !== "refused" || plan.answered.text === fleet.lastHandledRotateAt)
    return [];
  return [{ type: "Warning", reason: "RotateRefused", message: plan.answered.why }];
}

/** A person's report is open until the status says that it was answered, so each is reported once. */
function answeredReport({ report }: RotationPlan): EventNote[] {
  switch (report.kind) {
    case "none":
    case "verdict":
      return [];
    case "answered":
      return [
        normal(
          "BlockReported",
          `${report.address} counts as blocked in ${report.country} from now on, since a person reported it`,
        ),
      ];
    case "refused":
      return [{ type: "Warning", reason: "ReportRefused", message: report.why }];
  }
}

function newBlocks(
  fleet: FleetView,
  before: Before | undefined,
  { addresses }: FleetStatus,
): EventNote[] {
  return addresses.flatMap(({ address, slot, blockedIn = [] }) => {
    const known = before?.addresses?.find((row) => row.address === address)?.blockedIn ?? [];
    return blockedIn
      .filter((country) => !known.includes(country))
      .map((country) => blocked(fleet, { address, slot, country }));
  });
}

interface NewBlock {
  readonly address: string;
  readonly slot: number;
  readonly country: string;
}

function blocked(fleet: FleetView, { address, slot, country }: NewBlock): EventNote {
  const entry = fleet.addresses.find((one) => one.address === address && one.want !== "Quarantine");
  const evidence = entry?.reachability.find((verdict) => verdict.country === country)?.message;
  const counts = fleet.audience.length === 0 || fleet.audience.includes(country);
  const note = counts
    ? ""
    : `. The slot does not move for it: ${country} is not in spec.audience.countries`;
  const why = evidence === undefined ? "" : ` (${evidence})`;
  return {
    type: "Warning",
    reason: "Blocked",
    message: `slot ${slot}: ${address} is blocked in ${country}${why}${note}`,
  };
}

/**
 * Conditions that a person should hear of when they come. That a new fleet is not Ready yet is no
 * news; that it no longer is, is.
 */
const alarming: Readonly<Record<string, "True" | "False">> = {
  Ready: "False",
  Reachable: "False",
  PoolExhausted: "True",
  Stalled: "True",
  OutageSuspected: "True",
  UpstreamReachable: "False",
  LimitsApplied: "False",
  ChildrenApplied: "False",
  PodsAvailable: "False",
};

/**
 * What an ordinary node brings with it: the condition says so, and nobody needs to be called for it.
 */
const expected: ReadonlySet<string> = new Set(["FewerConnections"]);

/** Reasons that are worth a warning although all is well still. */
const warnings: ReadonlySet<string> = new Set([
  "PoolLow",
  "PoolTooSmall",
  "SomeServersDown",
  "PodsLag",
  "ServiceHeld",
]);

function conditionChanges(
  before: readonly Pick<StoredCondition, "type" | "status" | "reason">[],
  after: readonly Condition[],
): EventNote[] {
  const [ready, stalled] = ["Ready", "Stalled"].map((name) =>
    after.find(({ type }) => type === name),
  );
  return after.flatMap(({ type, status, reason, message }) => {
    // What Ready says under this reason, or other Events of a move, need not be said again.
    const isTold = reason === "Moving" || (ready?.status === "False" && reason === ready.reason);
    if (type === "Reachable" && isTold) return [];
    if (type === "PodsAvailable" && (isTold || reason === stalled?.reason)) return [];
    const known = before.find((condition) => condition.type === type);
    if (known?.status === status && known.reason === reason) return [];
    if (isBack(type) && status === "True" && known?.status === "False")
      return [normal(type, message)];
    const isStart = type === "Ready" && known?.status !== "True";
    const isAlarm = status === alarming[type] && !isStart && !expected.has(reason);
    if (isAlarm || warnings.has(reason)) return [{ type: "Warning", reason, message }];
    return type === "Ready" && status === "True" ? [normal("Ready", message)] : [];
  });
}

/** Conditions of which people hear too when all is well again. */
function isBack(type: string): type is "Reachable" | "UpstreamReachable" {
  return type === "Reachable" || type === "UpstreamReachable";
}

function normal(reason: EventReason, message: string): EventNote {
  return { type: "Normal", reason, message };
}

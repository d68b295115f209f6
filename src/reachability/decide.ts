import { type Condition, type Finding, conditionsFrom } from "../api/findings.ts";
import { fieldManagers } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import {
  type SourceField,
  type VantagePoint,
  parseVantagePoint,
  sourceOfSpec,
  vantagePointStatus,
} from "../api/vantage-point.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { CustomObject } from "../kubernetes/objects.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { present } from "../values/present.ts";
import { earliest, formatInstant, instant, minutes, parseInstant, since } from "../values/time.ts";
import type { LastResults, Quota, RoundMemory } from "./round-memory.ts";
import { nextRound } from "./schedule.ts";
import type { Target } from "./sources/source.ts";
import type { MeasuredTarget } from "./targets.ts";
import { looksAgainAt, working } from "./working.ts";

/** All that a vantage point's next step is decided from. */
export interface ObservedVantagePoint {
  readonly raw: CustomObject;
  readonly targets: readonly MeasuredTarget[];
  readonly memory: RoundMemory | undefined;
  readonly quota: Quota | undefined;
}

/** One round of tests, to be asked for beside the reconciles. */
export interface RoundAsk {
  readonly vantagePoint: VantagePoint;
  readonly targets: readonly Target[];
  /** Of suspected addresses alone. */
  readonly isQuick: boolean;
}

interface VantageStatus {
  readonly observedGeneration: number;
  readonly source?: SourceField;
  readonly conditions: readonly Condition[];
  readonly lastResult?: string;
  readonly results?: number;
}

/** How far behind the stored time of the last results may be (ms): it spares the API server. */
const lastResultEvery = minutes(10);

/** Decides when a vantage point measures, and what its status says of it. */
export function decideVantagePoint(
  observed: ObservedVantagePoint,
  { now }: Context,
): Plan<RoundAsk> {
  const { raw, targets, memory, quota } = observed;
  const parsed = parseVantagePoint(raw);
  if (!parsed.ok) {
    const finding = { status: "False", reason: "InvalidSpec", message: parsed.problem } as const;
    return planOf({ effects: reporting(raw, statusOf({ raw, finding }, { now })) });
  }
  const vantagePoint = parsed.value;
  const next = nextRound({ vantagePoint, targets, memory, quota }, now);
  const view = { vantagePoint, memory, next, hasTargets: targets.length > 0, now };
  const status = statusOf({ raw, vantagePoint, finding: working(view), memory }, { now });
  return planOf({
    effects: reporting(raw, status),
    asks:
      next.kind === "due" ? [{ vantagePoint, targets: next.targets, isQuick: next.isQuick }] : [],
    requeueAt: earliest(next.kind === "wait" ? next.until : undefined, looksAgainAt(view)),
  });
}

interface Reported {
  readonly raw: CustomObject;
  /** Undefined where it can't be read. */
  readonly vantagePoint?: VantagePoint;
  readonly finding: Finding;
  readonly memory?: RoundMemory | undefined;
}

function statusOf(
  { raw, vantagePoint, finding, memory }: Reported,
  { now }: Pick<Context, "now">,
): VantageStatus {
  const generation = raw.metadata.generation ?? 0;
  const before = storedStatus(raw);
  const old = workingOf(before);
  const isNews = old?.reason !== finding.reason || before.observedGeneration !== generation;
  const results = lastResults(before, memory?.last, isNews);
  // What a service leaves out may differ each time: that is said as often as the time is.
  const isSame = !isNews && finding.status === "True" && results.lastResult === before.lastResult;
  const said = isSame ? { ...finding, message: old?.message ?? finding.message } : finding;
  const conditions = conditionsFrom(
    { Working: said },
    { before: before.conditions ?? [], generation, now },
  );
  return {
    observedGeneration: generation,
    ...(vantagePoint === undefined ? {} : { source: sourceOfSpec(vantagePoint.spec) }),
    conditions,
    ...results,
  };
}

type StoredStatus = VantagePoint["status"];

/** In whole minutes; where nothing else is new, it may be some minutes behind. */
function lastResults(
  { lastResult, results }: StoredStatus,
  last: LastResults | undefined,
  isNews: boolean,
): Pick<VantageStatus, "lastResult" | "results"> {
  const storedAt = parseInstant(lastResult);
  const isFresh =
    last === undefined ||
    (storedAt !== undefined && !isNews && since(storedAt, last.at) < lastResultEvery);
  if (isFresh) return present({ lastResult, results });
  const wholeMinute = instant(last.at - (last.at % minutes(1)));
  return { lastResult: formatInstant(wholeMinute), results: last.results };
}

function reporting(raw: CustomObject, status: VantageStatus): readonly Effect[] {
  const write: Effect = {
    kind: "status",
    id: "status",
    of: resources.vantagePoints,
    about: raw,
    before: raw.status,
    status,
    fieldManager: fieldManagers.vantage,
  };
  const notes = notesOf(storedStatus(raw), status);
  const report: Effect = { kind: "event", id: "event", about: raw, notes, needs: [write.id] };
  return notes.length === 0 ? [write] : [write, report];
}

/** A vantage point that works no more, or again, says so once; that it began to is no news. */
function notesOf(before: StoredStatus, { conditions }: VantageStatus): readonly EventNote[] {
  const [now] = conditions;
  const old = workingOf(before);
  if (now === undefined || old?.reason === now.reason) return [];
  const wasFailing = old?.status === "False";
  if (now.status === "False")
    return [{ type: "Warning", reason: now.reason, message: now.message }];
  return wasFailing ? [{ type: "Normal", reason: now.reason, message: now.message }] : [];
}

function workingOf({ conditions = [] }: StoredStatus) {
  return conditions.find(({ type }) => type === "Working");
}

/** What was reported before, also of one whose spec can't be read. */
function storedStatus(raw: CustomObject): StoredStatus {
  const read = vantagePointStatus.safeParse(raw.status);
  return read.success ? read.data : {};
}

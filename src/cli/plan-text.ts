import { present } from "../values/present.ts";
import type { FleetAsk } from "../fleet/asks.ts";
import type { FleetStatus } from "../fleet/status.ts";
import { objectName } from "../runtime/effect.ts";
import { effectText, pendingEffects } from "../runtime/dry-run.ts";
import type { Plan } from "../runtime/plan.ts";
import { type Instant, formatInstant, parseInstant, spokenTime } from "../values/time.ts";

/** A fleet's plan, as the operator would carry it out now. */
export interface PlannedFleet {
  readonly fleet: string;
  readonly plan: Plan<FleetAsk>;
  readonly now: Instant;
}

/** The plan in plain words: a line a slot, then what would be written, then the next move. */
export function planText({ fleet, plan, now }: PlannedFleet): string {
  const status = statusOf(plan);
  const slots = plan.explanations.map(({ subject, text }) => {
    const address = addressOf(subject, status) ?? "no address";
    return `${subject}  ${address.padEnd(15)}  ${text}`;
  });
  const writes = pendingEffects(plan).map((effect) => `  ${effectText(effect)}`);
  const pending =
    writes.length === 0 ? ["nothing would be written now"] : ["writes now:", ...writes];
  const header = `${fleet} at ${spokenTime(now)}. Nothing was changed: this only shows what would happen next.`;
  return [header, "", ...slots, "", ...pending, "", `next: ${nextText(status)}`, ""].join("\n");
}

/** The plan as JSON, with times as RFC 3339. Effects are named, not shown: they may hold secrets. */
export function planJson({ fleet, plan, now }: PlannedFleet): string {
  const status = statusOf(plan);
  const slots = plan.explanations.map(({ subject, text }) => {
    const address = addressOf(subject, status);
    return present({ slot: slotOf(subject), address, explanation: text });
  });
  const effects = pendingEffects(plan).map((effect) => ({
    id: effect.id,
    kind: effect.kind,
    object: objectName(effect),
    needs: effect.needs ?? [],
    text: effectText(effect),
  }));
  const { requeueAt } = plan;
  const shown = {
    fleet,
    at: formatInstant(now),
    slots,
    effects,
    nextRotation: status?.nextRotation,
    requeueAt: requeueAt === undefined ? undefined : formatInstant(requeueAt),
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

type Shown = Pick<FleetStatus, "addresses" | "nextRotation">;

/** The status that the plan would give the fleet: what is published, and what comes next. */
function statusOf({ effects }: Plan<FleetAsk>): Shown | undefined {
  const write = effects.find((effect) => effect.kind === "status");
  return write === undefined ? undefined : (write.status as Shown);
}

function slotOf(subject: string): number {
  return Number(subject.replace("slot ", ""));
}

function addressOf(subject: string, status: Shown | undefined): string | undefined {
  const rows = status?.addresses ?? [];
  return rows.find(({ slot, phase }) => slot === slotOf(subject) && phase === "Serving")?.address;
}

function nextText(status: Shown | undefined): string {
  const next = status?.nextRotation;
  const at = parseInstant(next?.at);
  if (next === undefined || at === undefined) return "no move is planned";
  return `slot ${next.slot} after ${spokenTime(at)}: ${next.reason}`;
}

import { parseWhatsAppProxy } from "../api/fleet.ts";
import * as resources from "../api/resources.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { ForbiddenError, isTransient } from "../kubernetes/errors.ts";
import { events } from "../kubernetes/events.ts";
import { keyText } from "../kubernetes/resource.ts";
import { type Millis, formatDuration, seconds } from "../values/time.ts";
import { ReportError } from "./report-error.ts";
import { type ReportOutcome, type SentReport, reportOutcome } from "./report-outcome.ts";
import type { Delivered, Waiting } from "./report-send.ts";

const betweenLooks: Millis = seconds(1);
/** The Event with the reason comes right after the status. */
const looksForEvent = 5;

export interface OutcomeWait extends Waiting {
  readonly client: Pick<ApiClient, "get" | "list">;
  readonly timeout: Millis;
}

/**
 * Waits until the slot has moved. Gives what to say of it.
 * @throws ReportError where the report was refused, where something holds the slot, and at the end
 *   of the time; errors of the API client that don't pass
 */
export async function waitForMove(sent: Delivered, wait: OutcomeWait): Promise<string> {
  const { clock, sleep, timeout } = wait;
  const deadline = clock() + timeout;
  for (let outcome: ReportOutcome = { kind: "open" }; ;) {
    outcome = (await look(sent, wait)) ?? outcome;
    if (outcome.kind === "moved") return movedText(outcome);
    if (outcome.kind !== "open" && outcome.kind !== "moving")
      throw await failureOf(outcome, sent, wait);
    if (clock() >= deadline) throw tooLate(outcome, sent, timeout);
    await sleep(betweenLooks);
  }
}

/** Undefined: the API server is out of reach for the moment. */
async function look(
  { key, uid, report }: Delivered,
  { client }: OutcomeWait,
): Promise<ReportOutcome | undefined> {
  try {
    const raw = await client.get(resources.fleets, key);
    if (raw?.metadata.uid !== uid)
      throw new ReportError(`WhatsAppProxy ${keyText(key)} was deleted meanwhile`);
    const fleet = parseWhatsAppProxy(raw);
    if (fleet.ok) return reportOutcome(fleet.value, report);
    throw new ReportError(fleet.problem);
  } catch (error) {
    if (isTransient(error)) return undefined;
    throw error;
  }
}

function movedText({ slot, to }: Extract<ReportOutcome, { kind: "moved" }>): string {
  return `slot ${slot} has moved: its people use ${to} from now on. Send them their new link, but not over WhatsApp`;
}

type Failure = Extract<ReportOutcome, { kind: "replaced" | "refused" | "held" }>;

async function failureOf(
  outcome: Failure,
  sent: Delivered,
  wait: OutcomeWait,
): Promise<ReportError> {
  switch (outcome.kind) {
    case "replaced":
      return new ReportError(
        `somebody reported "${outcome.by}" before this report was answered: report again`,
      );
    case "held":
      return new ReportError(`it counts as blocked, but is not moved now: ${outcome.message}`);
    case "refused":
      return new ReportError(`the report was refused: ${await refusal(sent, wait)}`);
  }
}

/** Why the operator refused a report, in its own words, where they can be read. */
async function refusal(sent: Delivered, { client, sleep }: OutcomeWait): Promise<string> {
  for (let looks = 0; looks < looksForEvent; looks += 1) {
    const note = await refusalNote(sent, client);
    if (note !== undefined) return note;
    await sleep(betweenLooks);
  }
  const { key } = sent;
  return `kubectl describe wap ${key.name} -n ${key.namespace ?? "default"} says why`;
}

async function refusalNote(
  { key: { namespace }, uid, report }: Delivered,
  client: OutcomeWait["client"],
): Promise<string | undefined> {
  const fieldSelector = "reason=ReportRefused";
  try {
    const { items } = await client.list(events, { namespace, fieldSelector });
    return items.find(({ regarding, note }) => regarding.uid === uid && isAbout(note, report))
      ?.note;
  } catch (error) {
    // Who may report may not be allowed to read Events.
    if (error instanceof ForbiddenError || isTransient(error)) return undefined;
    throw error;
  }
}

function isAbout(note: string, { text }: SentReport): boolean {
  return note.includes(text);
}

function tooLate(
  outcome: Extract<ReportOutcome, { kind: "open" | "moving" }>,
  { key }: Delivered,
  timeout: Millis,
): ReportError {
  const time = formatDuration(timeout);
  if (outcome.kind === "open")
    return new ReportError(
      `the operator has not answered within ${time}. The report stays, and is answered once an operator runs that serves namespace ${key.namespace ?? "default"}`,
    );
  return new ReportError(
    `it counts as blocked, but has not moved within ${time}: ${outcome.message}`,
  );
}

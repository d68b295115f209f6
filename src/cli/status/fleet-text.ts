import type { AddressOverview } from "../../overview/address.ts";
import type { FleetOverview } from "../../overview/fleet.ts";
import type { OperatorOverview } from "../../overview/operator.ts";
import type { Overview } from "../../overview/overview.ts";
import type { SlotOverview } from "../../overview/slot.ts";
import { trafficOf } from "../../overview/traffic.ts";
import { servedSlots } from "../../overview/trouble-text.ts";
import { spokenTime } from "../../values/time.ts";
import type { Drawing } from "../terminal/table.ts";
import { padded, quoted, wrapped } from "../terminal/width.ts";
import { bytesText } from "./bytes-text.ts";
import { namesOf } from "./json.ts";
import { poolLines } from "./pool-text.ts";
import { stateWords, urgencyWords } from "./words.ts";

/** As wide as docs and mails are, where nobody says how wide the terminal is (columns). */
const usualWidth = 80;

/** One fleet as a picture for a terminal. @param missing rights that whoever asks lacks */
export function fleetText(
  { fleets: [fleet], pools, operator, traffic }: Overview,
  missing: readonly string[],
  drawing: Drawing,
): string {
  if (fleet === undefined) return "";
  const named = pools?.filter(({ name }) => fleet.pools.includes(name)) ?? [];
  const parts = [
    headLines(fleet, operator, drawing),
    fleet.slots.flatMap((slot) => slotLines(slot, carriedText(slot, traffic), drawing)),
    formerLines(fleet),
    named.flatMap((pool) => poolLines(pool, drawing)),
    troubleLines(fleet, drawing),
    missingLines(missing, drawing),
  ];
  const blocks = parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function headLines(
  fleet: FleetOverview,
  operator: OperatorOverview,
  { paint }: Drawing,
): readonly string[] {
  const { text, tone } = urgencyWords[fleet.urgency];
  const { pods, slots, audience } = fleet;
  const facts = [
    `${servedSlots(fleet).length} of ${slots.length} slots served`,
    `pods ${pods.ready}/${pods.wanted} ready`,
    audience.length === 0 ? "for everybody" : `for ${audience.join(", ")}`,
    ...(fleet.paused ? ["paused"] : []),
    ...(fleet.deleting ? ["being deleted"] : []),
  ];
  const title = paint("title", `${fleet.namespace}/${fleet.name}`);
  const unreadable = fleet.unreadable === undefined ? [] : [quoted(fleet.unreadable)];
  return [
    `${title}  ${paint(tone, text)}`,
    facts.join(", "),
    operatorText(operator),
    ...unreadable,
  ];
}

/** Whether somebody works on all this. */
export function operatorText(operator: OperatorOverview): string {
  switch (operator.state) {
    case "Alive":
      return `operator running in ${operator.namespace}`;
    case "Silent":
      return `operator DOWN: nobody has led in ${operator.namespace} since ${spokenTime(operator.renewedAt)}`;
    case "NotSeen":
      return "operator not seen: there is no Lease of one";
    case "Unknown":
      return "operator unknown: you may not read Leases";
  }
}

function slotLines(slot: SlotOverview, carried: string, drawing: Drawing): readonly string[] {
  const { text, tone } = stateWords[slot.state];
  const state = drawing.paint(tone, padded(text, 9));
  const blocked = slot.blockedIn.length === 0 ? "" : `  blocked in ${slot.blockedIn.join(", ")}`;
  const head = `slot ${padded(String(slot.slot), 2)}  ${state}  ${slot.published ?? "no address"}${blocked}`;
  const next =
    slot.next === undefined
      ? []
      : [`next move ${spokenTime(slot.next.at)}: ${quoted(slot.next.reason)}`];
  const words = slot.message || slot.cutOff?.what || "";
  return [
    head,
    ...slot.addresses.flatMap((address) => addressLines(address, drawing)),
    ...indented([carried, words, ...next, restText(slot)], drawing),
  ];
}

/** What its people do now, and what its addresses have carried; empty where the pods were not asked. */
function carriedText(slot: SlotOverview, traffic: Overview["traffic"]): string {
  const carried = trafficOf(namesOf(slot), traffic);
  if (slot.sessions === undefined || carried === undefined) return "";
  const { sessionsTotal, bytesIn, bytesOut, refused } = carried;
  const limited = refused === 0 ? "" : `, ${refused} connections closed by a limit`;
  return `${slot.sessions} sessions now, ${sessionsTotal} so far, ${bytesText(bytesIn)} in and ${bytesText(bytesOut)} out${limited}`;
}

const indent = " ".repeat(9);

function indented(texts: readonly string[], { width = usualWidth }: Drawing): readonly string[] {
  return texts.flatMap((text) =>
    wrapped(quoted(text), width - indent.length).map((line) => `${indent}${line}`),
  );
}

function addressLines(address: AddressOverview, drawing: Drawing): readonly string[] {
  const { phase, phaseSince, until, refused, waitsFor, pool } = address;
  const name = padded(address.address ?? "(none yet)", 15);
  const end = until === undefined ? "" : `, until ${spokenTime(until)}`;
  const what = refused ? "Refused" : phase;
  const head = `${indent}${name}  ${padded(what, 12)}  since ${spokenTime(phaseSince)}${end}`;
  const words = waitsFor === undefined ? [] : [`${waitsFor} (pool ${pool})`];
  const verdicts = address.verdicts
    .filter(({ verdict }) => verdict !== "Unknown")
    .map(
      ({ country, verdict, since, message }) =>
        `${country}: ${verdict} since ${spokenTime(since)}${message === undefined ? "" : ` (${message})`}`,
    );
  const details = indented([...words, ...verdicts], narrower(drawing));
  return [head, ...details.map((line) => `  ${line}`)];
}

function narrower({ width = usualWidth, paint }: Drawing): Drawing {
  return { width: width - 2, paint };
}

function restText({ resting, burnt }: SlotOverview): string {
  if (resting.length === 0) return "";
  return `${resting.length} earlier addresses rest; ${burnt} of its addresses were blocked`;
}

function formerLines({ former }: FleetOverview): readonly string[] {
  return former.map(
    ({ address, phase, until }) =>
      `of a slot that is no more: ${address ?? "an address"}, ${phase}${until === undefined ? "" : ` until ${spokenTime(until)}`}`,
  );
}

function troubleLines({ troubles }: FleetOverview, drawing: Drawing): readonly string[] {
  return troubles.flatMap(({ type, reason, since, message }) => {
    const time = since === undefined ? "" : ` since ${spokenTime(since)}`;
    const head = `${drawing.paint("warning", type)} (${reason})${time}`;
    return [head, ...indented([message], drawing)];
  });
}

function missingLines(missing: readonly string[], drawing: Drawing): readonly string[] {
  if (missing.length === 0) return [];
  return [
    "Not all is shown. You have no right to:",
    ...missing.flatMap((right) => indented([right], drawing)),
  ];
}

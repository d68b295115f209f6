import { parseInstant } from "../values/time.ts";
import { ShareLinkError, parseShareLink } from "./link.ts";
import {
  type PublishedTarget,
  type ShareField,
  type SlotShare,
  shareDataKey,
  shareFields,
} from "./slot-share.ts";
import type { Seat } from "./tokens.ts";

/** A slot as the Secret `<fleet>-share` has it. */
export interface SharedSlot extends Omit<SlotShare, "path"> {
  /** Undefined where the fleet has no share pages. */
  readonly path: string | undefined;
}

/** What could be read of a fleet's Secret. */
export interface SharedSlots {
  /** In the order of their numbers. */
  readonly slots: readonly SharedSlot[];
  /** Of fields that can't be used: which, and why. Never their values: those are secrets. */
  readonly problems: readonly string[];
}

/** The data of a Secret: base64 by key (Kubernetes API, `Secret.data`). */
export type SecretData = Readonly<Record<string, string>>;

/**
 * Reads the Secret `<fleet>-share`. A slot that can't be read hides no other one.
 * @param data what the API server gave; it may hold anything, since people may change it
 */
export function readSharedSlots(data: SecretData, fleet: Omit<Seat, "slot">): SharedSlots {
  const read = slotNumbers(data).map((slot) => readSlot(data, { ...fleet, slot }));
  return {
    slots: read.flatMap((one) => (typeof one === "string" ? [] : [one])),
    problems: read.flatMap((one) => (typeof one === "string" ? [one] : [])),
  };
}

/** What of a slot is short enough that a cache of Secrets keeps it. */
export interface NotedSlot {
  readonly seat: Seat;
  readonly path: string | undefined;
  readonly host: string | undefined;
  readonly countries: readonly string[];
}

/** Reads those parts of the Secret `<fleet>-share`. @param data as `readSharedSlots` takes it */
export function readNotedSlots(data: SecretData, fleet: Omit<Seat, "slot">): readonly NotedSlot[] {
  return slotNumbers(data).map((slot) => {
    const field = (name: ShareField) => decoded(data[shareDataKey(slot, name)]);
    const [path, host] = [field(shareFields.path), field(shareFields.host)];
    return { seat: { ...fleet, slot }, path, host, countries: codes(field(shareFields.countries)) };
  });
}

/** Longest number of a slot is 63. */
const slotKey = /^slot-(0|[1-9][0-9]?)\./;

function slotNumbers(data: SecretData): readonly number[] {
  const numbers = Object.keys(data).flatMap((key) => slotKey.exec(key)?.[1] ?? []);
  return [...new Set(numbers)].map(Number).toSorted((a, b) => a - b);
}

/** The slot, or what is wrong with one of its fields. */
function readSlot(data: SecretData, seat: Seat): SharedSlot | string {
  const field = (name: ShareField) => decoded(data[shareDataKey(seat.slot, name)]);
  const named = (name: ShareField) => `field ${shareDataKey(seat.slot, name)}`;
  const path = field(shareFields.path);
  // A page's path becomes the name of a folder: nothing else than a token may get there.
  if (path !== undefined && !isPagePath(path))
    return `${named(shareFields.path)} is no path of a share page`;
  const published = readTarget(field(shareFields.link), field(shareFields.since));
  if (typeof published === "string") return `${named(published)} can't be used`;
  return { seat, path, published, countries: codes(field(shareFields.countries)) };
}

function codes(countries: string | undefined): readonly string[] {
  return countries?.split(",").filter((code) => code !== "") ?? [];
}

/** The target; undefined where nothing is published; or the field that can't be used. */
function readTarget(
  link: string | undefined,
  since: string | undefined,
): PublishedTarget | "link" | "since" | undefined {
  if (link === undefined) return undefined;
  const from = parseInstant(since);
  if (from === undefined) return shareFields.since;
  try {
    return { ...parseShareLink(link), since: from };
  } catch (error) {
    if (error instanceof ShareLinkError) return shareFields.link;
    throw error;
  }
}

/** Whether a text is what `pageToken` makes: 26 letters and digits of base32. */
function isPagePath(text: string): boolean {
  return /^[a-z2-7]{26}$/.test(text);
}

function decoded(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === "") return undefined;
  return Buffer.from(base64, "base64").toString("utf8");
}

import { hashOf } from "../kubernetes/difference.ts";
import { type Instant, formatInstant, hours, instant, parseInstant, plus } from "../values/time.ts";

/**
 * What a lane's keys of TLS tickets follow from, on all pods. It is no part of the certificate and
 * its key, which stay for as long as the address: whoever steals the fleet's Secret can't open the
 * sessions that were recorded before it was last replaced.
 */
export interface TicketSecret {
  /** 32 bytes in base64: a secret. */
  readonly secret: string;
  /** Since when it is in use (RFC 3339). */
  readonly since: string;
}

/** A ticket secret lives for two to three days. */
const life = { least: hours(48), spread: 24 } as const;

/**
 * When a lane's ticket secret is to be replaced. Each lane has a moment of its own: keys of many
 * addresses that all change at once would tell that they belong together.
 */
export function ticketsEndAt({ since }: Pick<TicketSecret, "since">, uid: string): Instant {
  const began = parseInstant(since) ?? instant(0);
  const part = Number.parseInt(hashOf([uid, since]).slice(0, 8), 16) / 2 ** 32;
  return plus(plus(began, life.least), hours(life.spread * part));
}

/** Where fresh ticket secrets come from. */
export interface TicketSource {
  /** Random text that is forgotten after an hour: a secret. */
  readonly seed: string;
  readonly now: Instant;
}

/**
 * The ticket secret of a lane's tenant (uid): the one that it has, or a fresh one where that is to
 * be replaced. In one hour the same fresh one comes each time, so that a write that is tried again
 * changes nothing.
 */
export function ticketSecretOf(
  kept: TicketSecret | undefined,
  uid: string,
  { seed, now }: TicketSource,
): TicketSecret {
  if (kept !== undefined && now < ticketsEndAt(kept, uid)) return kept;
  const hour = hours(1);
  const since = formatInstant(instant(now - (now % hour)));
  const halves = [0, 1].map((half) => hashOf([seed, uid, since, half]));
  return { secret: Buffer.from(halves.join(""), "hex").toString("base64"), since };
}

import type { Instant } from "../values/time.ts";
import type { ShareTarget } from "./link.ts";
import type { Seat } from "./tokens.ts";

/** What a group of people is to know at present: what its link, code and page are made of. */
export interface SlotShare {
  readonly seat: Seat;
  /** The share page's path (`pageToken`): a secret of the group. */
  readonly path: string;
  /** Undefined while the slot has no published address. */
  readonly published: PublishedTarget | undefined;
  /** ISO 3166-1 alpha-2: whose languages come first. */
  readonly countries: readonly string[];
}

export interface PublishedTarget extends ShareTarget {
  /** Since when it is the present one. */
  readonly since: Instant;
}

/**
 * Keys of the Secret `<fleet>-share`, by slot. `link` and `host` are texts, ports are decimal
 * numbers, `since` is an RFC 3339 time; `path` is the share page's path, `countries` the audience's
 * codes with commas between them (absent: none), and `page.html` the printable page. A slot without
 * a published address has `path` and `countries` only.
 */
export const shareFields = {
  link: "link",
  host: "host",
  chatPort: "chat-port",
  mediaPort: "media-port",
  since: "since",
  path: "path",
  countries: "countries",
  svg: "qr.svg",
  png: "qr.png",
  page: "page.html",
} as const;

export type ShareField = (typeof shareFields)[keyof typeof shareFields];

/** `slot-0.link` */
export function shareDataKey(slot: number, field: ShareField): string {
  return `slot-${slot}.${field}`;
}

/** The Secret of a fleet with what its groups are to know. */
export function shareSecretName(fleet: string): string {
  return `${fleet}-share`;
}

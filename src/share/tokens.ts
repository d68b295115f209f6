import { createHmac } from "node:crypto";

/** From which all lasting secrets of share pages and names follow: 32 random bytes. */
export type ShareKey = Uint8Array & { readonly shareKey: unique symbol };

/** Bytes of a key: as many as its hash gives (RFC 2104 §3). */
export const shareKeyLength = 32;

/** @throws nothing: a text of another length is no key, and undefined */
export function shareKey(bytes: Uint8Array): ShareKey | undefined {
  return bytes.length === shareKeyLength ? (bytes as ShareKey) : undefined;
}

/** The slot of a fleet, by its names: a fleet that is deleted and applied again has the same. */
export interface Seat {
  readonly namespace: string;
  readonly fleet: string;
  readonly slot: number;
}

/**
 * The part of a share page's address that nobody can guess: 128 bits, as 26 letters and digits. It
 * follows from the key and the slot, so that neither a move nor a restored backup changes it.
 * @param renewal what the page was renewed with last; each text gives another path
 */
export function pageToken(key: ShareKey, seat: Seat, renewal = ""): string {
  return derived(key, seat, ["page", renewal]);
}

/** What stands for `{token}` in a slot's hostname. Renewing a page does not change it. */
export function nameToken(key: ShareKey, seat: Seat): string {
  return derived(key, seat, ["name", ""]);
}

/**
 * What the DNSEndpoint object of a slot's name is called: ExternalDNS writes that into public DNS, so
 * it says nothing about the fleet. Another host has another object, whose age is that of the name.
 */
export function recordName(key: ShareKey, seat: Seat, host: string): string {
  return `r-${derived(key, seat, ["record", host])}`;
}

/** `text` tells secrets of one slot and one use apart. */
type Purpose = readonly [of: "page" | "name" | "record", text: string];

function derived(key: ShareKey, { namespace, fleet, slot }: Seat, purpose: Purpose): string {
  const [of, text] = purpose;
  const parts = [of, namespace, fleet, slot, text];
  const hash = createHmac("sha256", key).update(JSON.stringify(parts)).digest();
  return base32(hash.subarray(0, 16));
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 §6 in small letters, without padding: good in a path, in a DNS label, and for typing. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, "0"), 2)] ?? "").join("");
}

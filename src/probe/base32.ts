/** RFC 4648 §6: no 0, 1 or 8, which people mistake for letters. */
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * Bytes as base32 (RFC 4648 §6, without padding). Capitals and digits only, since a QR code packs
 * these tighter, and since messengers take _ and * for formatting.
 */
export function encodeBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => alphabet.charAt(Number.parseInt(five.padEnd(5, "0"), 2)))
    .join("");
}

/** The bytes of a base32 text in small or capital letters; undefined where it is none. */
export function decodeBase32(text: string): Buffer | undefined {
  const values = Array.from(text.toUpperCase(), (letter) => alphabet.indexOf(letter));
  if (values.includes(-1)) return undefined;
  const bits = values.map((value) => value.toString(2).padStart(5, "0")).join("");
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2));
  const decoded = Buffer.from(bytes);
  return encodeBase32(decoded) === text.toUpperCase() ? decoded : undefined;
}

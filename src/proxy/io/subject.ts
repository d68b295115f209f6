import type { Random } from "../../values/random.ts";

const syllables = [
  "al",
  "ber",
  "cor",
  "dan",
  "el",
  "fen",
  "gar",
  "hol",
  "in",
  "jor",
  "kal",
  "lin",
  "mar",
  "nor",
  "os",
  "pel",
  "quin",
  "ros",
  "sel",
  "tor",
  "ul",
  "ver",
  "win",
  "zen",
];
const kinds = [
  "mail",
  "app",
  "cloud",
  "portal",
  "api",
  "files",
  "media",
  "shop",
  "www",
  "host",
  "login",
  "sync",
];
const endings = ["com", "net", "org", "info", "io", "co"];

/**
 * A host name that looks like any small site's. A fixed subject was once enough for a censor to
 * find every official proxy (WhatsApp/proxy#85), so the names share no pattern beyond that of
 * ordinary names, and two lanes hardly ever have the same one.
 */
export function plausibleHost(random: Random): string {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? "";
  const word = Array.from({ length: 3 + Math.floor(random() * 2) }, () => pick(syllables)).join("");
  const digits = random() < 0.3 ? String(Math.floor(random() * 100)) : "";
  const label = random() < 0.5 ? `${pick(kinds)}.` : "";
  return `${label}${word}${digits}.${pick(endings)}`;
}

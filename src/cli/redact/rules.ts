import { canonicalIp } from "../../values/ip.ts";
import type { Category } from "./pseudonyms.ts";
import { isWords } from "./words.ts";

/** What to write in the place of a match; undefined: it stays. */
export interface Replacement {
  readonly category: Category;
  /** What the pseudonym stands for. */
  readonly value: string;
  /** What of the match stays before the pseudonym, and behind it. */
  readonly before?: string;
  readonly after?: string;
}

/** One way to find what is not for others to read. */
export interface Rule {
  readonly pattern: RegExp;
  readonly replace: (match: RegExpMatchArray) => Replacement | undefined;
}

const secretWord =
  "(?:token|password|passwd|secret|api[-_]?key|authorization|credential|cookie|private[-_]?key)";

/** What goes before all: a link or a key may hold names and addresses, and is replaced as a whole. */
export const wholeRules: readonly Rule[] = [
  all("secret", /-----BEGIN [^-]+-----[^]*?(?:-----END [^-]+-----|$)/g),
  all("link", /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'<>\\`)\]}]+/gi),
  all("link", /\bwa\.me\/[^\s"'<>\\`)\]}]+/gi),
  all("person", /[^\s"'<>(),;:@]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu),
  all("secret", /\beyJ[\w-]+(?:\.[\w-]+){1,4}/g),
  behind("secret", /(\b(?:bearer|basic)\s+)([\w.~+/=-]{6,})/gi),
  behind(
    "secret",
    new RegExp(
      `(\\b[\\w-]{0,40}${secretWord}[\\w-]{0,40}\\\\?["']?\\s*[:=]\\s*\\\\?["']?)([^\\s"',;&{}[\\]\\\\]+)`,
      "gi",
    ),
  ),
  behind("account", /(system:serviceaccount:)([^\s"',;]+)/g),
  behind("person", /(\bUser\s+\\?")([^"\\]+)/gi),
  all("cloud-id", /\barn:[^\s"',;]+/g),
  all("cloud-id", /\b(?:eipalloc|subnet|vpc|eni|sg|i|vol|igw|lb)-[0-9a-f]{8,17}\b/g),
  all("cloud-id", /\/subscriptions\/[^\s"',;]+/gi),
  all("uid", /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi),
];

/** Addresses, in all the ways in which names and texts write them. */
export const addressRules: readonly Rule[] = [
  {
    pattern:
      /(?<![\p{L}\p{N}:])(?:[0-9a-f]{0,4}:){2,8}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?:%\w+)?(\/\d{1,3})?(?![\p{L}\p{N}:])/giu,
    replace: ([text, prefix]) => address(text.replace(/%\w+|\/\d+$/g, ""), prefix),
  },
  {
    pattern: /(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(\/\d{1,2})?(?!\d)/g,
    replace: ([text, prefix]) => {
      const ip = text.replace(/\/\d+$/, "");
      // Numbers that are too large for an address are replaced all the same.
      return canonicalIp(ip) === undefined
        ? { category: "address", value: ip, after: prefix ?? "" }
        : address(ip, prefix);
    },
  },
  {
    pattern: /(?<!\d)\d{1,3}(?:[-_]\d{1,3}){3}(?!\d)/g,
    replace: ([text]) => address(text.replaceAll(/[-_]/g, "."), undefined),
  },
  {
    pattern: /(?<![0-9a-f])[0-9a-f]{4}(?:-[0-9a-f]{4}){7}(?![0-9a-f])/gi,
    replace: ([text]) => address(text.replaceAll("-", ":"), undefined),
  },
  all("address", /(?<![0-9a-f:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![0-9a-f:])/gi),
];

/** Runs that nobody typed: keys, hashes, paths of pages. */
export const tokenRules: readonly Rule[] = [
  {
    pattern: /[A-Za-z0-9+/_-]{24,}={0,2}/g,
    replace: ([text]) => (looksRandom(text) ? { category: "secret", value: text } : undefined),
  },
  {
    pattern: /[A-Za-z0-9]{16,}/g,
    replace: ([text]) => {
      if (isWords(text)) return undefined;
      return { category: /^[0-9a-f]{32,}$/.test(text) ? "hash" : "secret", value: text };
    },
  },
];

function all(category: Category, pattern: RegExp): Rule {
  return { pattern, replace: ([value]) => ({ category, value }) };
}

/** The first group stays, the second is replaced. */
function behind(category: Category, pattern: RegExp): Rule {
  return { pattern, replace: ([, before = "", value = ""]) => ({ category, value, before }) };
}

/** Every machine has these. */
const everybodys: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function address(text: string, prefix: string | undefined): Replacement | undefined {
  const value = canonicalIp(text);
  if (value === undefined || everybodys.has(value)) return undefined;
  return prefix === undefined
    ? { category: "address", value }
    : { category: "network", value: `${value}${prefix}`, after: prefix };
}

/** Of several kinds of letters, and not of words between dashes and slashes. */
function looksRandom(text: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(text)).length;
  if (kinds < 3 && !/[+=]/.test(text)) return false;
  const pieces = text.split(/[+/_=-]/).filter((piece) => piece.length > 3);
  return pieces.some((piece) => !isWords(piece) && !/^v\d/.test(piece) && /[A-Z]/.test(piece));
}

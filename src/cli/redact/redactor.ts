import { encodedRuns } from "./encodings.ts";
import { Marks, withoutMarks } from "./marks.ts";
import { type Category, Pseudonyms } from "./pseudonyms.ts";
import { type Replacement, type Rule, addressRules, tokenRules, wholeRules } from "./rules.ts";
import { isCommonHost, isCommonName } from "./words.ts";

/** What stays as it is, since whoever asks wants it so. */
export interface Kept {
  readonly addresses: boolean;
  readonly names: boolean;
}

/** What was learnt of a cluster before its texts are redacted. */
export interface Learnt {
  /** Names that people chose, with what they are names of. */
  readonly names: ReadonlyMap<string, Category>;
  /** Names of fields: a path of them is no host. */
  readonly fields: ReadonlySet<string>;
}

/** An encoded text may hold another one. */
const mostLayers = 3;

/**
 * Replaces addresses, names, hosts, links, tokens and secrets in texts by pseudonyms, also where they
 * are encoded. What it does not know for certain it replaces.
 */
export class Redactor {
  readonly pseudonyms: Pseudonyms = new Pseudonyms();
  readonly #learnt: Learnt;
  readonly #kept: Kept;

  constructor(learnt: Learnt, kept: Kept) {
    this.#learnt = learnt;
    this.#kept = kept;
  }

  /** A text of anybody's. */
  text(text: string): string {
    return this.#layer(text, 1);
  }

  /** A value that is replaced as a whole. */
  value(category: Category, value: string): string {
    if (this.#keeps(category)) return value;
    return isCommonName(value) ? value : this.pseudonyms.of(category, value);
  }

  #layer(text: string, depth: number): string {
    const marks = new Marks();
    const hide = (replacement: Replacement) => this.#hidden(replacement, marks);
    let left = applied(withoutMarks(text), wholeRules, hide);
    if (depth <= mostLayers) left = this.#decoded(left, depth, hide);
    // Names go before hosts: that of an image begins with a host.
    if (!this.#kept.names) left = this.#names(left, hide);
    left = this.#hosts(left, hide);
    if (!this.#kept.addresses) left = applied(left, addressRules, hide);
    return marks.resolved(applied(left, tokenRules, hide));
  }

  #hidden({ category, value, before = "", after = "" }: Replacement, marks: Marks): string {
    return `${before}${marks.for(this.value(category, value))}${after}`;
  }

  #decoded(text: string, depth: number, hide: (of: Replacement) => string): string {
    return encodedRuns.reduce(
      (left, { pattern, decode }) =>
        left.replaceAll(pattern, (run) => {
          const tells = decode(run).some((plain) => this.#tells(plain, run, depth));
          return tells ? hide({ category: "encoded", value: run }) : run;
        }),
      text,
    );
  }

  /** Whether a text that was decoded holds what is to be replaced. Its own words count no numbers. */
  #tells(plain: string, run: string, depth: number): boolean {
    if (plain === run) return false;
    const trial = new Redactor(this.#learnt, this.#kept);
    return trial.#layer(plain, depth + 1) !== withoutMarks(plain);
  }

  #hosts(text: string, hide: (of: Replacement) => string): string {
    return text.replaceAll(hostPattern, (host) =>
      isCommonHost(host, this.#learnt.fields)
        ? host
        : hide({ category: "host", value: host.toLowerCase() }),
    );
  }

  /** Finds names also where they are parts of others: `family` in `family-proxy-7c9b`. */
  #names(text: string, hide: (of: Replacement) => string): string {
    const { names } = this.#learnt;
    return text.replaceAll(namePattern, (run) => {
      const parts = run.split(separators);
      const written: string[] = [];
      for (let from = 0; from < parts.length;) {
        const found = longestName(parts, from, names);
        written.push(found === undefined ? (parts[from] ?? "") : hide(found.replacement));
        from = found?.end ?? from + 1;
      }
      return written.join("");
    });
  }

  #keeps(category: Category): boolean {
    if (category === "address" || category === "network") return this.#kept.addresses;
    return this.#kept.names && nameCategories.has(category);
  }
}

const nameCategories: ReadonlySet<Category> = new Set([
  "account",
  "fleet",
  "name",
  "namespace",
  "node",
  "pod",
  "pool",
  "service",
  "vantage-point",
]);

const hostPattern = /(?<![\p{L}\p{N}_-])[\p{L}\p{N}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)+/gu;
const namePattern = /[\p{L}\p{N}](?:[\p{L}\p{N}._:/@-]*[\p{L}\p{N}])?/gu;
/** With the separators themselves as parts of their own. */
const separators = /([._:/@-])/;

/** No name has more parts, separators included. */
const mostParts = 60;

function longestName(
  parts: readonly string[],
  from: number,
  names: Learnt["names"],
): { readonly replacement: Replacement; readonly end: number } | undefined {
  for (let end = Math.min(parts.length, from + mostParts); end > from; end--) {
    const value = parts.slice(from, end).join("");
    const category = names.get(value);
    if (category !== undefined && !isCommonName(value))
      return { replacement: { category, value }, end };
  }
  return undefined;
}

function applied(text: string, rules: readonly Rule[], hide: (of: Replacement) => string): string {
  return rules.reduce((left, rule) => appliedRule(left, rule, hide), text);
}

function appliedRule(
  text: string,
  { pattern, replace }: Rule,
  hide: (of: Replacement) => string,
): string {
  const written: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const replacement = replace(match);
    if (replacement === undefined) continue;
    written.push(text.slice(end, match.index), hide(replacement));
    end = match.index + match[0].length;
  }
  return `${written.join("")}${text.slice(end)}`;
}

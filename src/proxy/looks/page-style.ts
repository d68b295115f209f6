import type { Random } from "../../values/random.ts";
import { between, pick } from "./pick.ts";

/** What the answers of one lane have in common. */
export interface PageStyle {
  readonly markup: "full" | "short" | "plain";
  readonly sheet: string;
  /** Of headings: 1 to 3. */
  readonly level: number;
  readonly htmlType: string;
  readonly errors: "html" | "json" | "none";
  /** How an error is named: with its number, and with a sentence, or without. */
  readonly naming: (status: number, reason: string) => string;
  readonly sentence: "none" | "plain" | "full";
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly order: <T>(fields: readonly T[]) => readonly T[];
}

/** Draws the style of a lane's pages. */
export function pageStyle(random: Random): PageStyle {
  return {
    markup: pick(random, ["full", "short", "plain"]),
    sheet: random() < 0.6 ? sheet(random) : "",
    level: between(random, 1, 3),
    htmlType: pick(random, [
      "text/html",
      "text/html; charset=utf-8",
      "text/html; charset=UTF-8",
      "text/html;charset=utf-8",
    ]),
    errors: pick(random, ["html", "html", "html", "none"]),
    naming: pick(random, namings),
    sentence: pick(random, ["none", "plain", "full"]),
    fields: fields(random),
    order: pick(random, [
      <T>(given: readonly T[]) => given,
      <T>(given: readonly T[]) => given.toReversed(),
    ]),
  };
}

const namings = [
  (status: number, reason: string) => `${status} ${reason}`,
  (status: number, reason: string) => `${status} - ${reason}`,
  (status: number, reason: string) => `Error ${status}: ${reason}`,
  (_status: number, reason: string) => reason,
  (status: number) => `Error ${status}`,
] as const;

function sheet(random: Random): string {
  const font = pick(random, [
    "sans-serif",
    "Arial,sans-serif",
    "Georgia,serif",
    "monospace",
    "Helvetica,sans-serif",
    "system-ui",
  ]);
  const parts = [
    `font-family:${font}`,
    `margin:${between(random, 1, 8)}em`,
    `color:${grey(random, 0, 5)}`,
    `background:${grey(random, 13, 15)}`,
    "text-align:center",
    `line-height:1.${between(random, 2, 8)}`,
  ];
  return `<style>body{${parts.filter(() => random() < 0.6).join(";")}}</style>`;
}

function grey(random: Random, least: number, most: number): string {
  return `#${between(random, least, most).toString(16).repeat(3)}`;
}

/** Fields of all of a lane's answers. All servers with a clock tell the date (RFC 9110 §6.6.1). */
function fields(random: Random): PageStyle["fields"] {
  const some: readonly (readonly [string, string, number])[] = [
    [
      "server",
      pick(random, [
        "httpd",
        "webserver",
        "web",
        "server",
        `httpd/${between(random, 1, 3)}.${between(random, 0, 9)}`,
      ]),
      0.4,
    ],
    [
      "cache-control",
      pick(random, [
        "no-cache",
        "no-store",
        "private",
        "no-cache, no-store, must-revalidate",
        "max-age=0",
      ]),
      0.4,
    ],
    ["x-frame-options", pick(random, ["SAMEORIGIN", "DENY"]), 0.3],
    ["x-content-type-options", "nosniff", 0.3],
    ["vary", "Accept-Encoding", 0.15],
    [
      "strict-transport-security",
      `max-age=${pick(random, [300, 86_400, 15_768_000, 31_536_000, 63_072_000])}`,
      0.15,
    ],
  ];
  const drawn = some
    .filter(([, , share]) => random() < share)
    .map(([name, value]) => [name, value] as const);
  return [["date", "%[date,http_date]"], ...drawn];
}

/**
 * The reason of a status (RFC 9110 §15), and what people say for it. Nothing longer: a sentence that
 * is ours alone would find all lanes.
 */
const reasons: Readonly<Record<number, readonly [reason: string, said: string]>> = {
  401: ["Unauthorized", "Authentication required"],
  403: ["Forbidden", "Access denied"],
  404: ["Not Found", "Page not found"],
  405: ["Method Not Allowed", "Method not allowed"],
  501: ["Not Implemented", "Not supported"],
  503: ["Service Unavailable", "Try again later"],
};

/** What a lane says of an error, as a page and as JSON. */
export function errorText(
  style: PageStyle,
  status: number,
): { readonly title: string; readonly html: string; readonly json: string } {
  const [reason, said] = reasons[status] ?? ["Error", "Error"];
  const title = style.naming(status, reason);
  const sentence = { none: "", plain: said, full: `${said}.` }[style.sentence];
  const html = `<h${style.level}>${title}</h${style.level}>${sentence === "" ? "" : `\n<p>${sentence}</p>`}`;
  const json = {
    none: `{"error":"${reason}"}`,
    plain: `{"status":${status},"message":"${said}"}`,
    full: `{"error":{"code":${status},"message":"${reason}"}}`,
  }[style.sentence];
  return { title, html, json };
}

/** A whole page of HTML. */
export function styledPage({ markup, sheet }: PageStyle, title: string, content: string): string {
  if (markup === "plain")
    return `<html><head><title>${title}</title>${sheet}</head><body>\n${content}\n</body></html>\n`;
  if (markup === "short")
    return `<!doctype html><meta charset="utf-8"><title>${title}</title>${sheet}\n${content.replaceAll("\n", "")}\n`;
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>${title}</title>\n${sheet}\n</head>\n<body>\n${content}\n</body>\n</html>\n`;
}

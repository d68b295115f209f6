import { dateOf, formatInstant, type Instant } from "../values/time.ts";
import { pageTexts } from "./languages/all.ts";
import { shareLink, writtenHost } from "./link.ts";
import { pageStyle } from "./page-style.ts";
import type { PageTexts } from "./page-texts.ts";
import { type PageLanguage, type PageView, pageLanguages } from "./page-view.ts";
import { inlineQr } from "./qr-image.ts";
import type { PublishedTarget } from "./slot-share.ts";

/**
 * The most that a page may do, wherever it is kept: an export has no headers. `data:` is the empty
 * icon, so that no browser asks for one.
 */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'";

/**
 * Draws a share page: one HTML file without scripts and without anything from elsewhere. It says
 * what to type first, since the button works in few browsers, and it can be read without styles.
 * @throws ShareLinkError if no link can be made of what is published
 */
export function renderPage(view: PageView): string {
  const texts = pageTexts[view.language];
  const { name: _, direction, title } = texts;
  return [
    `<!doctype html><html lang="${view.language}" dir="${direction}"><head><meta charset="utf-8">`,
    `<title>${escaped(title)}</title>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="robots" content="noindex, nofollow, noarchive">',
    '<meta name="referrer" content="no-referrer">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<link rel="icon" href="data:,"><style>${pageStyle}</style></head><body>`,
    ...(view.variant === "screen" ? [toLanguages(view.language)] : []),
    `<main><h1>${escaped(title)}</h1>`,
    ...content(view, texts),
    "</main>",
    ...(view.variant === "screen" ? [footer(view, texts)] : []),
    "</body></html>",
  ].join("\n");
}

function content(view: PageView, texts: PageTexts): readonly string[] {
  const { published, report } = view;
  const received =
    report === "received" ? [`<p role="status"><b>${escaped(texts.received)}</b></p>`] : [];
  if (published === undefined)
    return [...received, headed(texts.absentHeading, paragraph(texts.absentNote))];
  const form = report === "offered" && view.variant === "screen" ? [reportForm(view, texts)] : [];
  return [
    ...received,
    toType(published, view.language),
    toPress(published, texts),
    toScan(published, view),
    toKeep(published, view),
    ...form,
  ];
}

function headed(heading: string, ...parts: readonly string[]): string {
  return [`<h2>${escaped(heading)}</h2>`, ...parts].join("\n");
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>`;
}

/** The menu is in English too: many phones are, whatever the language of their owners. */
function toType(target: PublishedTarget, language: PageLanguage): string {
  const texts = pageTexts[language];
  const inEnglish = language === "en" ? "" : `<br><bdi lang="en">${menuText(pageTexts.en)}</bdi>`;
  return headed(
    texts.typeHeading,
    `<p>${escaped(texts.typeIntro)}<br><span class="menu">${menuText(texts)}${inEnglish}</span></p>`,
    "<dl>",
    row(texts.host, value(writtenHost(target.host))),
    row(texts.chatPort, value(String(target.chatPort))),
    row("TLS", escaped(target.chatTls ? texts.on : texts.off)),
    row(texts.mediaPort, value(String(target.mediaPort))),
    "</dl>",
  );
}

function menuText({ menu }: PageTexts): string {
  return menu.map(escaped).join(" › ");
}

function row(label: string, html: string): string {
  return `<dt>${escaped(label)}</dt><dd>${html}</dd>`;
}

/** Addresses and ports run from left to right in every language. */
function value(text: string): string {
  return `<bdi dir="ltr"><code>${escaped(text)}</code></bdi>`;
}

function toPress(target: PublishedTarget, texts: PageTexts): string {
  const link = escaped(shareLink(target));
  const button = `<a class="open" href="${link}" rel="noreferrer">${escaped(texts.button)}</a>`;
  return `<div class="screen">${headed(
    texts.buttonHeading,
    `<p>${button}</p>`,
    paragraph(texts.buttonNote),
  )}</div>`;
}

function toScan(target: PublishedTarget, { language, variant }: PageView): string {
  const { codeHeading, scanHeading, codeNote, codeLabel } = pageTexts[language];
  return headed(
    variant === "print" ? scanHeading : codeHeading,
    paragraph(codeNote),
    `<p>${inlineQr(shareLink(target), escaped(codeLabel))}</p>`,
  );
}

/** A page is worth keeping, and paper is not. */
function toKeep({ since }: PublishedTarget, { language, variant }: PageView): string {
  const { keepHeading, changed, keep, printNote } = pageTexts[language];
  const time = `<time datetime="${formatInstant(since)}">${escaped(timeText(since, language))}</time>`;
  const when = `<p>${escaped(changed).replace("{time}", time)}</p>`;
  if (variant === "print") return [when, paragraph(printNote)].join("\n");
  return headed(keepHeading, when, paragraph(keep));
}

function reportForm({ links }: PageView, texts: PageTexts): string {
  return `<form class="screen" method="post" action="${escaped(links.report)}">${headed(
    texts.reportHeading,
    paragraph(texts.reportNote),
    `<p><button>${escaped(texts.report)}</button></p>`,
  )}</form>`;
}

/** For whoever can't read the page: in its language, and in English. */
function toLanguages(language: PageLanguage): string {
  const inEnglish = `<span lang="en" dir="ltr">${escaped(pageTexts.en.otherLanguages)}</span>`;
  const own = language === "en" ? "" : `${escaped(pageTexts[language].otherLanguages)} · `;
  return `<header class="screen"><p><a href="#languages">${own}${inEnglish}</a></p></header>`;
}

function footer({ language, links, published }: PageView, texts: PageTexts): string {
  const print = `<p><a href="${escaped(links.print)}">${escaped(texts.print)}</a></p>`;
  const others = pageLanguages
    .filter((other) => other !== language)
    .map((other) => {
      const { name, direction } = pageTexts[other];
      const to = escaped(links.inLanguage(other));
      return `<li><a href="${to}" hreflang="${other}" lang="${other}" dir="${direction}">${escaped(name)}</a></li>`;
    });
  return [
    '<footer class="screen">',
    ...(published === undefined ? [] : [print]),
    `<nav id="languages" aria-label="${escaped(texts.otherLanguages)}"><ul>`,
    ...others,
    "</ul></nav></footer>",
  ].join("\n");
}

const timeFormats = new Map<PageLanguage, Intl.DateTimeFormat>();

/** A time as the language's readers write it, in their calendar; of UTC, and it says so. */
function timeText(at: Instant, language: PageLanguage): string {
  const format = timeFormats.get(language) ?? timeFormat(language);
  timeFormats.set(language, format);
  return format.format(dateOf(at));
}

function timeFormat(language: PageLanguage): Intl.DateTimeFormat {
  const [year, day, month] = ["numeric", "numeric", "long"] as const;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const zone = { timeZone: "UTC", timeZoneName: "short" } as const;
  return new Intl.DateTimeFormat(language, { year, month, day, ...clock, ...zone });
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

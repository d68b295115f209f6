import type { PageLanguage } from "../share/page-view.ts";

/** What goes back over HTTP. Header names and values in their order, with the body's length. */
export interface HttpAnswer {
  readonly status: 200 | 404 | 503;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/**
 * A page may load nothing, run nothing, stand in no frame and send its form only to where it came
 * from. It is kept nowhere, since the next one may show another address; and the site that a link
 * leads to does not learn where it was found.
 */
const pageHeaders = [
  ["cache-control", "no-store"],
  ["vary", "accept-language"],
  [
    "content-security-policy",
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ["x-frame-options", "DENY"],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["x-robots-tag", "noindex, nofollow, noarchive"],
] as const;

export function pageAnswer(html: string, language: PageLanguage): HttpAnswer {
  return answer(200, html, [["content-language", language], ...pageHeaders]);
}

/** For each wrong path, and for each that was right once. */
export const nothingHere: HttpAnswer = answer(404, page("404 Not Found"), [
  ["cache-control", "no-store"],
]);

/** For someone who knows a page, while too many are drawn. */
export const busy: HttpAnswer = answer(503, page("503 Service Unavailable"), [
  ["cache-control", "no-store"],
  ["retry-after", "5"],
]);

/** For another replica. */
export const taken: HttpAnswer = answer(200, "", []);

function answer(
  status: HttpAnswer["status"],
  body: string,
  own: HttpAnswer["headers"],
): HttpAnswer {
  const length = String(new TextEncoder().encode(body).length);
  const common = [
    ["content-type", "text/html; charset=utf-8"],
    ["content-length", length],
  ] as const;
  return { status, headers: [...common, ...own, ["connection", "close"]], body };
}

/** As plain as a web server's own. */
function page(title: string): string {
  return `<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n</body>\n</html>\n`;
}

/** All bytes of the answer to a wrong path: for what is no HTTP, and so reaches nobody who answers. */
export const nothingHereBytes = [
  "HTTP/1.1 404 Not Found",
  ...nothingHere.headers.map(([name, value]) => `${name}: ${value}`),
  "",
  nothingHere.body,
].join("\r\n");

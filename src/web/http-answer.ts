import type { Refused } from "./wire.ts";

/** What goes back over HTTP, but for streams. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The page runs its own script only, loads nothing from elsewhere and stands in no frame. Nothing of
 * it is kept by anyone on the way.
 */
export const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
} as const;

/** Data, as JSON. */
export function jsonAnswer(body: unknown, status = 200): HttpAnswer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, body: JSON.stringify(body) };
}

const statusOf: Readonly<Record<Refused["why"], number>> = {
  SignIn: 401,
  NoRight: 403,
  Busy: 503,
  NotFound: 404,
};

/** Why somebody is shown nothing. */
export function refusedAnswer(refused: Refused): HttpAnswer {
  return jsonAnswer(refused, statusOf[refused.why]);
}

/** For paths that lead nowhere, and methods that the dashboard has no use for. */
export const nothingHere: HttpAnswer = {
  status: 404,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "There is nothing here. The dashboard is at /\n",
};

/** What goes back over HTTP. */
export interface HttpAnswer {
  readonly status: 200 | 404 | 429 | 503;
  readonly type: "text/html" | "application/json";
  readonly body: string;
}

/**
 * What everybody gets who is no agent of ours, whatever they sent: the page of a web server that
 * has nothing there.
 */
export const strangersPage: HttpAnswer = {
  status: 404,
  type: "text/html",
  body: "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n</body>\n</html>\n",
};

/** Too often: for agents only. A stranger gets the page. */
export const tooOften: HttpAnswer = { status: 429, type: "text/html", body: "" };

/** What was sent could not be passed on: the agent keeps it, and comes again. */
export const unavailable: HttpAnswer = { status: 503, type: "text/html", body: "" };

export function jsonAnswer(body: string): HttpAnswer {
  return { status: 200, type: "application/json", body };
}

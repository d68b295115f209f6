/**
 * Plants a leak into an operator, to see that the soak finds it: PROXYFLEET_SOAK_LEAK names what is
 * kept of requests to the API server, for good. Node loads this module before the program
 * (--import); the operator itself knows nothing of it.
 */
import { subscribe } from "node:diagnostics_channel";
import { openSync } from "node:fs";
import { connect } from "node:net";

interface Request {
  readonly origin?: string | URL;
}

const kept: unknown[] = [];
const leaks: Readonly<
  Record<string, { readonly every: number; readonly keep: (request: Request) => unknown }>
> = {
  connection: {
    every: 100,
    keep: ({ origin = "" }) =>
      connect(Number(new URL(origin).port), "127.0.0.1").on("error", () => undefined),
  },
  descriptor: { every: 100, keep: () => openSync("/dev/null", "r") },
  listener: { every: 100, keep: () => process.setMaxListeners(0).on("SIGWINCH", () => undefined) },
  memory: { every: 1, keep: (request) => request },
};

const leak = leaks[process.env["PROXYFLEET_SOAK_LEAK"] ?? ""];
if (leak === undefined)
  throw new Error(`PROXYFLEET_SOAK_LEAK is one of ${Object.keys(leaks).join(", ")}`);

let requests = 0;
// undici tells of each request here (its documentation, "Diagnostics Channel Support").
subscribe("undici:request:create", (message) => {
  if (++requests % leak.every === 0)
    kept.push(leak.keep((message as { readonly request: Request }).request));
});

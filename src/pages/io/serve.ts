import type { IncomingMessage, ServerResponse } from "node:http";
import { boundedBody } from "../../runtime/bounded-body.ts";
import {
  type Exchange,
  type GuardedServer,
  type ServerLimits,
  serveGuarded,
} from "../../runtime/guarded-server.ts";
import { RateGate } from "../../runtime/rate-gate.ts";
import type { ServingCertificate } from "../../runtime/serving-certificate.ts";
import type { PageView } from "../../share/page-view.ts";
import type { ShareKey } from "../../share/tokens.ts";
import { seconds } from "../../values/time.ts";
import { DrawnPages } from "../drawn-pages.ts";
import {
  type HttpAnswer,
  busy,
  nothingHere,
  nothingHereBytes,
  pageAnswer,
  taken,
} from "../http-answer.ts";
import { type Library, readRequest } from "../page-request.ts";
import { largestHandOver, parseHandOver } from "../presses.ts";
import { isSealed, looksSealed } from "./hand-over.ts";
import type { PressDesk } from "./press-desk.ts";

/** What the pages may take of the process: its own work is what keeps people connected. */
export interface PageLimits extends ServerLimits {
  /** Pages that are drawn, and not only given out again: each takes some milliseconds. */
  readonly drawing: { readonly perSecond: number; readonly burst: number };
}

/**
 * Without TLS, a request takes about a tenth of a millisecond; with it, a handshake five times that.
 * 30 KB take 15 s over a line of 2 KB a second.
 */
export function usualPageLimits(hasTls: boolean): PageLimits {
  return {
    connections: 1024,
    connectionRate: hasTls ? { perSecond: 100, burst: 200 } : { perSecond: 500, burst: 1000 },
    handshakeMs: seconds(10),
    lifeMs: seconds(40),
    drawing: { perSecond: 20, burst: 100 },
  };
}

export interface PageServerOptions extends Library {
  /** 0 takes any free port. */
  readonly port: number;
  /** All interfaces where absent. */
  readonly host?: string;
  /** Plain HTTP where undefined. */
  readonly certificate: ServingCertificate | undefined;
  readonly limits?: PageLimits;
  /** The whole page as HTML. */
  readonly render: (view: PageView) => string;
  readonly presses: Pick<PressDesk, "press" | "take">;
  /** What replicas know each other by; undefined while it is not known. */
  readonly key: () => ShareKey | undefined;
  /** Whether what is shown is what the API server has, as far as can be known. */
  readonly isCurrent: () => boolean;
  /** An error of ours. It may have a part of a page in it: it is not for the log as it is. */
  readonly failed: (error: unknown) => void;
}

/**
 * Serves share pages on a port of its own. Resolves when the port is bound; rejects when it can't
 * be.
 */
export async function servePages(options: PageServerOptions): Promise<GuardedServer> {
  const { limits = usualPageLimits(options.certificate !== undefined) } = options;
  const responder = new PageResponder(options, limits);
  return serveGuarded({
    ...options,
    limits,
    answer: (exchange) => void responder.serve(exchange),
    answerToGarbage: nothingHereBytes,
  });
}

/** Answers requests: whoever knows a page gets it, everybody else the same nothing. */
class PageResponder {
  readonly #options: PageServerOptions;
  readonly #drawn: DrawnPages;
  readonly #drawing: RateGate;

  constructor(options: PageServerOptions, limits: PageLimits) {
    this.#options = options;
    this.#drawn = new DrawnPages(options.render);
    this.#drawing = new RateGate(limits.drawing);
  }

  async serve({ request, response }: Exchange): Promise<void> {
    try {
      const answer = looksSealed(request) ? await this.#handOver(request) : this.#page(request);
      write(response, answer);
    } catch (error) {
      this.#options.failed(error);
      if (!response.headersSent) write(response, busy);
    }
  }

  /** One that hears nothing more of moves would show an old address, and revoked pages: to anyone, it has none. */
  #page({ method, url, headers }: IncomingMessage): HttpAnswer {
    if (!this.#options.isCurrent()) return busy;
    const acceptLanguage = headers["accept-language"];
    const reading = readRequest({ method, url, acceptLanguage }, this.#options);
    if (reading.kind === "Nothing") return nothingHere;
    const { page, view, isPress } = reading;
    if (isPress) this.#options.presses.press(page);
    const html = this.#drawn.html(page, view, () => this.#drawing.passes(performance.now()));
    return html === undefined ? busy : pageAnswer(html, view.language);
  }

  /** What is not a replica's gets what every stranger gets. One that leads no more takes nothing. */
  async #handOver(request: IncomingMessage): Promise<HttpAnswer> {
    // One that goes away in the middle is nobody's fault.
    const body = await boundedBody(request, largestHandOver).catch(() => undefined);
    const key = this.#options.key();
    const { authorization } = request.headers;
    if (body === undefined || key === undefined || !isSealed(body, authorization, key))
      return nothingHere;
    const presses = parseHandOver(body);
    return presses !== undefined && this.#options.presses.take(presses) ? taken : busy;
  }
}

/** Nothing that Node would add: the date would be all that differs between two answers. */
function write(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.sendDate = false;
  response.writeHead(
    status,
    headers.flatMap(([name, value]) => [name, value]),
  );
  response.end(body);
}

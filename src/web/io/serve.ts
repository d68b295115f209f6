import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import {
  type Exchange,
  type GuardedServer,
  type ServerLimits,
  serveGuarded,
} from "../../runtime/guarded-server.ts";
import { RateGate } from "../../runtime/rate-gate.ts";
import type { ServingCertificate } from "../../runtime/serving-certificate.ts";
import { minutes, seconds } from "../../values/time.ts";
import { type Access, type Viewer, refusal } from "../access.ts";
import {
  type HttpAnswer,
  jsonAnswer,
  nothingHere,
  refusedAnswer,
  securityHeaders,
} from "../http-answer.ts";
import { type PageFileName, type PageFiles, contentTypes, fileNames } from "../page-files.ts";
import { wantedBy } from "../request.ts";
import { maySee } from "../rights.ts";
import type { FleetDetails } from "../wire.ts";
import type { Broadcast } from "./broadcast.ts";

/** What the dashboard may take of the process: its own work is what keeps people connected. */
export interface DashboardLimits extends ServerLimits {
  /** Requests for a fleet's details: each takes some milliseconds, and may ask for Events. */
  readonly details: { readonly perSecond: number; readonly burst: number };
}

/**
 * Whoever only holds a connection loses it after `requestMs`. At this rate of new ones, those can
 * never be so many that an open page has to give way.
 */
export const usualDashboardLimits: DashboardLimits = {
  connections: 2560,
  connectionRate: { perSecond: 200, burst: 400 },
  handshakeMs: seconds(5),
  requestMs: seconds(5),
  lifeMs: minutes(15),
  details: { perSecond: 20, burst: 100 },
};

/** Whoever reads an answer slower than this is cut off (ms). A stream has its own patience. */
const answerWithinMs = 30_000;

export interface DashboardServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** All interfaces where absent. */
  readonly host?: string;
  /** Plain HTTP where undefined. */
  readonly certificate: ServingCertificate | undefined;
  readonly limits?: DashboardLimits;
  readonly files: PageFiles;
  readonly access: Access;
  readonly broadcast: Broadcast;
  /** All of a fleet, as this viewer may see it; undefined where there is none. */
  readonly details: (key: string, viewer: Viewer) => Promise<FleetDetails | undefined>;
  /** An error of ours: for the log. */
  readonly failed: (error: unknown) => void;
}

/** Serves the dashboard. Resolves when the port is bound; rejects when it can't be. */
export async function serveDashboard(options: DashboardServerOptions): Promise<GuardedServer> {
  const { limits = usualDashboardLimits } = options;
  const responder = new Responder(options, limits);
  return serveGuarded({
    ...options,
    limits,
    answer: (exchange) => void responder.serve(exchange),
    answerToGarbage: "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n",
  });
}

class Responder {
  readonly #options: DashboardServerOptions;
  readonly #zipped: ReadonlyMap<PageFileName, Buffer>;
  readonly #details: RateGate;

  constructor(options: DashboardServerOptions, limits: DashboardLimits) {
    this.#options = options;
    this.#zipped = new Map(fileNames.map((name) => [name, gzipSync(options.files[name])]));
    this.#details = new RateGate(limits.details);
  }

  async serve({ request, response }: Exchange): Promise<void> {
    const wanted = wantedBy(request.method, request.url);
    try {
      switch (wanted.kind) {
        case "File":
          return this.#file(wanted.name, request, response);
        case "Stream":
          return await this.#stream(request, response);
        case "Details":
          return write(response, await this.#detailsOf(wanted, request));
        case "Nothing":
          return write(response, nothingHere);
      }
    } catch (error) {
      this.#options.failed(error);
      if (response.headersSent) response.destroy();
      else write(response, refusedAnswer(refusal("Busy").refused));
    }
  }

  /** The files are no secret: they are the same everywhere. */
  #file(name: PageFileName, { headers }: IncomingMessage, response: ServerResponse): void {
    const zipped = this.#zipped.get(name);
    const isZipped = zipped !== undefined && /\bgzip\b/.test(String(headers["accept-encoding"]));
    const body = isZipped ? zipped : Buffer.from(this.#options.files[name]);
    const encoding = isZipped ? { "content-encoding": "gzip" } : {};
    const type = { "content-type": contentTypes[name], vary: "accept-encoding" };
    write(response, { status: 200, headers: { ...type, ...encoding }, body });
  }

  async #stream({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { access, broadcast } = this.#options;
    const { authorization } = headers;
    const admission = await access.admit(authorization);
    if (response.closed) return;
    if (admission.kind === "Refused") return write(response, refusedAnswer(admission.refused));
    const { viewer } = admission;
    if (!broadcast.hasRoomFor(viewer))
      return write(response, refusedAnswer(refusal("Busy").refused));
    response.writeHead(200, {
      ...securityHeaders,
      "content-type": "text/event-stream; charset=utf-8",
      // A proxy on the way would hold back what is to be seen now.
      "x-accel-buffering": "no",
      connection: "close",
    });
    response.flushHeaders();
    const seen = headers["last-event-id"];
    await broadcast.open(response, {
      viewer,
      authorization,
      seen: typeof seen === "string" ? seen : undefined,
    });
  }

  /** A fleet that somebody may not see is answered as one that does not exist. */
  async #detailsOf(
    { key, namespace }: { readonly key: string; readonly namespace: string },
    { headers }: IncomingMessage,
  ): Promise<HttpAnswer> {
    const admission = await this.#options.access.admit(headers.authorization);
    if (admission.kind === "Refused") return refusedAnswer(admission.refused);
    const { viewer } = admission;
    if (!maySee(viewer.rights, namespace)) return refusedAnswer(refusal("NotFound").refused);
    if (!this.#details.passes(performance.now())) return refusedAnswer(refusal("Busy").refused);
    const found = await this.#options.details(key, viewer);
    return found === undefined ? refusedAnswer(refusal("NotFound").refused) : jsonAnswer(found);
  }
}

type Written = Omit<HttpAnswer, "body"> & { readonly body: string | Buffer };

function write(response: ServerResponse, { status, headers, body }: Written): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, {
    ...securityHeaders,
    ...headers,
    "content-length": length,
    connection: "close",
  });
  const late = setTimeout(() => response.destroy(), answerWithinMs);
  response.once("close", () => clearTimeout(late));
  response.end(body);
}

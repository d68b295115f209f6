import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, sendJson, type Service, setHeaders, startService } from "../service.ts";
import { type FakeProbe, type Network, offlineResult, report, type Shown } from "./probe.ts";
import { PollLimit, Quota } from "./quota.ts";
import { type MeasurementRequest, repeatedFields, requestSchema } from "./request.ts";

interface Stored {
  readonly request: MeasurementRequest;
  readonly probes: readonly FakeProbe[];
  readonly createdAt: string;
  readonly limit: PollLimit;
  results: readonly object[] | undefined;
  polls: number;
}

/** The hourly tests of those without and with a token. */
const hourly = { anonymous: 250, member: 500 };

/** Stands in for api.globalping.io, with the traits that its source code has. */
export class FakeGlobalping {
  probes: readonly FakeProbe[] = [];
  network: Network = () => "Open";
  /** What media's upstream shows. */
  shown: Shown = { authorized: true, fingerprint256: "AA:".repeat(31) + "AA" };
  readonly tokens = new Set<string>();
  /** How many polls find a measurement still in progress. */
  polls: (request: MeasurementRequest) => number = () => 1;
  /** All that was asked for, in order. */
  readonly asked: MeasurementRequest[] = [];
  /** Answers before anything else, such as a gateway that is broken; true: it has answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  readonly #measurements = new Map<string, Stored>();
  #quotas = new Map<string, Quota>();
  #anonymous = new Quota(hourly.anonymous);

  /** Forgets what was used, and allows so many tests without a token. */
  allow(anonymous: number): void {
    this.#quotas = new Map();
    this.#anonymous = new Quota(anonymous);
  }

  async start(): Promise<Service> {
    return startService("api.globalping.io", (request, response) => {
      if (!this.intercept(request, response)) void this.#answer(request, response);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const quota = this.#quotaOf(request);
    const { method, url = "" } = request;
    if (quota === undefined) return refuse(response, 401, "unauthorized", "Unauthorized.");
    if (method === "GET" && url === "/v1/limits") return this.#limits(response, quota);
    if (method === "POST" && url === "/v1/measurements")
      return this.#create(response, quota, await bodyOf(request));
    const id = /^\/v1\/measurements\/([A-Za-z0-9]+)$/.exec(url)?.[1] ?? "";
    return this.#get(request, response, id);
  }

  #quotaOf({ headers: { authorization } }: IncomingMessage): Quota | undefined {
    if (authorization === undefined) return this.#anonymous;
    const token = /^Bearer (.+)$/.exec(authorization)?.[1] ?? "";
    if (!this.tokens.has(token)) return undefined;
    const quota = this.#quotas.get(token) ?? new Quota(hourly.member);
    this.#quotas.set(token, quota);
    return quota;
  }

  #limits(response: ServerResponse, quota: Quota): void {
    const now = Date.now();
    const type = quota === this.#anonymous ? "ip" : "user";
    const { limit } = quota;
    const create = { type, limit, remaining: quota.remaining(now), reset: quota.reset(now) };
    sendJson(response, 200, { rateLimit: { measurements: { create } } });
  }

  #create(response: ServerResponse, quota: Quota, body: string): void {
    const { success, data: request, error } = requestSchema.safeParse(JSON.parse(body));
    if (!success) {
      const params = Object.fromEntries(
        error.issues.map(({ path, message }) => [path.join("."), message]),
      );
      return refuse(response, 400, "validation_error", "Parameter validation failed.", params);
    }
    this.asked.push(request);
    const now = Date.now();
    const probes = this.#chosen(request);
    if (probes === "unknown id" || probes.length === 0)
      return refuse(response, 422, "no_probes_found", "No matching IPv4 probes available.");
    if (quota.remaining(now) < (request.limit ?? probes.length))
      return refuseOverLimit(response, quota, now);
    quota.spend(probes.length, now);
    const id = `2${randomBytes(24).toString("hex").slice(0, 16)}a10${now.toString(36)}`;
    this.#measurements.set(id, {
      request,
      probes,
      createdAt: new Date(now).toISOString(),
      limit: new PollLimit(),
      results: undefined,
      polls: 0,
    });
    const location = `https://api.globalping.io/v1/measurements/${id}`;
    setHeaders(response, { Location: location, ...quota.headers(probes.length, now) });
    sendJson(response, 202, { id, probesCount: probes.length });
  }

  #chosen({ locations, limit = 1 }: MeasurementRequest): readonly FakeProbe[] | "unknown id" {
    if (typeof locations === "string")
      return this.#measurements.get(locations)?.probes ?? "unknown id";
    return this.probes
      .filter((probe) => probe.offline !== true)
      .filter((probe) =>
        locations.some(
          ({ country = probe.country, asn = probe.asn, tags = [] }) =>
            country.toUpperCase() === probe.country &&
            asn === probe.asn &&
            tags.every((tag) => probe.tags.includes(tag)),
        ),
      )
      .slice(0, limit);
  }

  #get(request: IncomingMessage, response: ServerResponse, id: string): void {
    const stored = this.#measurements.get(id);
    if (stored === undefined)
      return refuse(response, 404, "not_found", "Couldn't find the requested measurement.");
    const wait = stored.limit.refuses(Date.now());
    if (wait !== undefined) {
      response.setHeader("Retry-After", `${wait}`);
      const message = `Too many requests. Please retry in ${wait} seconds.`;
      return refuse(response, 429, "too_many_requests", message);
    }
    stored.polls += 1;
    if (stored.polls > this.polls(stored.request))
      stored.results ??= stored.probes.map((each) => this.#run(each, stored.request));
    const body = JSON.stringify(this.#view(id, stored));
    const hash = createHash("sha1").update(body).digest("base64url").slice(0, 11);
    const etag = `W/"${body.length.toString(16)}-${hash}"`;
    response.setHeader("ETag", etag);
    response.setHeader("Cache-Control", "public, max-age=0");
    if (request.headers["if-none-match"] === etag) {
      response.writeHead(304).end();
      return undefined;
    }
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(body);
    return undefined;
  }

  #run(probe: FakeProbe, request: MeasurementRequest): object {
    if (probe.offline === true) return offlineResult;
    const { port = 443 } = request.measurementOptions;
    return report(request, this.network(probe, request.target, port), this.shown);
  }

  #view(id: string, { request, probes, createdAt, results }: Stored): object {
    const running = { status: "in-progress", rawOutput: "" };
    return {
      id,
      type: request.type,
      status: results === undefined ? "in-progress" : "finished",
      createdAt,
      updatedAt: createdAt,
      target: request.target,
      probesCount: probes.length,
      ...repeatedFields(request),
      results: probes.map((probe, index) => ({
        probe: {
          continent: "AS",
          region: "Western Asia",
          country: probe.country,
          state: null,
          city: probe.city,
          asn: probe.asn,
          longitude: 51.4,
          latitude: 35.7,
          network: `AS${probe.asn}`,
          tags: probe.tags,
          resolvers: ["private"],
        },
        result: results?.[index] ?? running,
      })),
    };
  }
}

/** There is no Retry-After: only X-RateLimit-Reset says when the hour is over. */
function refuseOverLimit(response: ServerResponse, quota: Quota, now: number): void {
  setHeaders(response, quota.headers(0, now));
  const message = "This measurement exceeds the remaining hourly rate limit for your IP address.";
  refuse(response, 429, "rate_limit_exceeded", message);
}

function refuse(
  response: ServerResponse,
  status: number,
  ...[type, message, params]: readonly [string, string, object?]
): void {
  const error = { type, message, ...(params === undefined ? {} : { params }) };
  sendJson(response, status, { error, links: { documentation: "https://globalping.io/docs/api" } });
}

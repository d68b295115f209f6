import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson, type Service, startService } from "./service.ts";

/** Stands in for Cloudflare Radar's API. */
export class FakeRadar {
  readonly token: string;
  annotations: readonly object[] = [];
  trafficAnomalies: readonly object[] = [];
  /** Answers of status 200 that are no success. */
  broken = false;

  constructor(token: string) {
    this.token = token;
  }

  async start(): Promise<Service> {
    return startService("api.cloudflare.com", (request, response) =>
      this.#answer(request, response),
    );
  }

  #answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    const { authorization } = headers;
    if (authorization !== `Bearer ${this.token}`)
      return refuse(response, 403, `Invalid token: ${authorization}`);
    if (this.broken) return refuse(response, 200, "Radar is not available");
    const { pathname } = new URL(url, "https://radar");
    const results: Readonly<Record<string, object>> = {
      "/client/v4/radar/annotations/outages": { annotations: this.annotations },
      "/client/v4/radar/traffic_anomalies": { trafficAnomalies: this.trafficAnomalies },
    };
    const result = results[pathname];
    return result === undefined
      ? refuse(response, 404, "no route")
      : sendJson(response, 200, { success: true, errors: [], result });
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { success: false, errors: [{ code: 10_000, message }], result: null });
}

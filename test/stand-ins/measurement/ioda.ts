import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson, type Service, startService } from "./service.ts";

const steps = { bgp: 300, "ping-slash24": 600 } as const;
type Datasource = keyof typeof steps;

/** What is left of a country's network, from 0 to 1, at a time (s since 1970). */
export type Visible = (datasource: Datasource, at: number) => number;

/** Stands in for IODA's API: an envelope, a list of lists, and newest values that are still null. */
export class FakeIoda {
  visible: Visible = () => 1;
  /** How late values are (s). */
  lateBy = 1_200;
  /** An error in an answer of status 200. */
  error: string | null = null;
  readonly asked: string[] = [];

  async start(): Promise<Service> {
    return startService("api.ioda.inetintel.cc.gatech.edu", (request, response) =>
      this.#answer(request, response),
    );
  }

  #answer({ url = "" }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, "https://ioda");
    this.asked.push(`${pathname} ${searchParams.get("datasource") ?? ""}`);
    const country = /^\/v2\/signals\/raw\/country\/([A-Z]{2})$/.exec(pathname)?.[1];
    const [from, until] = [Number(searchParams.get("from")), Number(searchParams.get("until"))];
    const isComplete = country !== undefined && from > 0 && until > from;
    const datasource = searchParams.get("datasource") as Datasource;
    sendJson(response, isComplete ? 200 : 400, {
      type: "signals",
      metadata: {},
      requestParameters: Object.fromEntries(searchParams),
      error: isComplete ? this.error : "from and until are required",
      perf: null,
      data:
        isComplete && this.error === null
          ? [[this.#series({ country, datasource, from, until })]]
          : null,
      copyright: "The Regents of the University of California. All Rights Reserved.",
    });
  }

  #series(asked: { country: string; datasource: Datasource; from: number; until: number }): object {
    const { country, datasource, from, until } = asked;
    const step = steps[datasource];
    const values = Array.from({ length: Math.ceil((until - from) / step) }, (_, index) => {
      const at = from + index * step;
      return at > until - this.lateBy ? null : Math.round(9_000 * this.visible(datasource, at));
    });
    const entity = { entityType: "country", entityCode: country, entityName: "Iran" };
    return { ...entity, datasource, from, until, step, nativeStep: step, values };
  }
}

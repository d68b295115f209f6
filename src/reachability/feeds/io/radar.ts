import { present } from "../../../values/present.ts";
import { askJson, retryAfterOf } from "../../sources/io/ask-json.ts";
import { quote, ServiceError } from "../../sources/service-error.ts";
import type { OutageFeed } from "../feed.ts";
import { notedOutages, readCountry, refusalOf, trafficDrops } from "../radar-reading.ts";
import { readCountries } from "./read-countries.ts";

const api = "https://api.cloudflare.com/client/v4/radar";

export interface RadarOptions {
  /** Of any account at Cloudflare, with the permission to read Radar. */
  readonly token: string;
  readonly userAgent: string;
}

/** Reads from Cloudflare Radar whether countries are offline. */
export function radarFeed(options: RadarOptions): OutageFeed {
  const { token } = options;
  return {
    async read(countries, signal) {
      const read = async (country: string, signal: AbortSignal) => {
        const where = `location=${country}&format=json`;
        const noted = await ask(options, `/annotations/outages?dateRange=7d&${where}`, signal);
        const drops = await ask(options, `/traffic_anomalies?dateRange=1d&${where}`, signal);
        const outages = [notedOutages(noted, country), trafficDrops(drops)];
        if (outages.includes(undefined))
          throw new ServiceError("Cloudflare Radar answered in a form that is not known");
        return readCountry(
          country,
          outages.flatMap((some) => some ?? []),
        );
      };
      return readCountries(countries, read, { signal, token });
    },
  };
}

async function ask(
  { token, userAgent }: RadarOptions,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, "user-agent": userAgent };
  const call = { service: "Cloudflare Radar", url: `${api}${path}`, headers };
  const answer = await askJson(call, signal);
  const refusal = refusalOf(answer.body);
  if (answer.status === 200 && refusal === undefined) return answer.body;
  const { status } = answer;
  const words = refusal === undefined ? "" : ` ("${quote(refusal, token)}")`;
  const remedy = status === 401 || status === 403 ? ": check the token and its permission" : "";
  throw new ServiceError(`Cloudflare Radar answered ${status}${words}${remedy}`, {
    ...present({ retryAfterMs: retryAfterOf(answer) }),
  });
}

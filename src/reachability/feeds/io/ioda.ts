import { hours, type Instant } from "../../../values/time.ts";
import { askJson } from "../../sources/io/ask-json.ts";
import { ServiceError } from "../../sources/service-error.ts";
import type { OutageFeed } from "../feed.ts";
import { datasources, readCountry, type Series, seriesOf } from "../ioda-reading.ts";
import { readCountries } from "./read-countries.ts";

const api = "https://api.ioda.inetintel.cc.gatech.edu/v2";

/** Enough to know what is usual, also days into an outage. */
const lookBack = hours(7 * 24);

export interface IodaOptions {
  readonly userAgent: string;
  readonly now: () => Instant;
}

/** Reads from IODA whether countries are offline. It needs no account. */
export function iodaFeed({ userAgent, now }: IodaOptions): OutageFeed {
  return {
    async read(countries, signal) {
      const read = async (country: string, signal: AbortSignal) => {
        const series: Series[] = [];
        for (const datasource of datasources)
          series.push(...(await ask({ country, datasource, userAgent, now: now() }, signal)));
        return readCountry(country, series, now());
      };
      return readCountries(countries, read, { signal, token: undefined });
    },
  };
}

interface Question {
  readonly country: string;
  readonly datasource: string;
  readonly userAgent: string;
  readonly now: Instant;
}

async function ask(
  { country, datasource, userAgent, now }: Question,
  signal: AbortSignal,
): Promise<readonly Series[]> {
  const until = Math.floor(now / 1000);
  const query = new URLSearchParams({
    from: `${until - lookBack / 1000}`,
    until: `${until}`,
    datasource,
    maxPoints: "1100",
  });
  const url = `${api}/signals/raw/country/${country}?${query.toString()}`;
  const call = { service: "IODA", url, headers: { "user-agent": userAgent } };
  const { status, body } = await askJson(call, signal);
  if (status !== 200) throw new ServiceError(`IODA answered ${status}`);
  const series = seriesOf(body);
  if (series === undefined)
    throw new ServiceError("IODA answered with an error, or in a form that is not known");
  return series;
}

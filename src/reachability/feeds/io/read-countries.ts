import { minutes } from "../../../values/time.ts";
import { withinDeadline } from "../../sources/io/deadline.ts";
import { answerOf } from "../../sources/service-error.ts";
import type { CountryReading, FeedRound } from "../feed.ts";

const deadline = minutes(1);

/**
 * Asks a feed for one country after the other, within a minute; what was read before a failure
 * counts.
 * @param token what must stay out of messages
 */
export async function readCountries(
  countries: readonly string[],
  read: (country: string, signal: AbortSignal) => Promise<CountryReading>,
  { signal, token }: { readonly signal: AbortSignal; readonly token: string | undefined },
): Promise<FeedRound> {
  const readings: CountryReading[] = [];
  try {
    await withinDeadline(signal, deadline, async (signal) => {
      for (const country of countries) readings.push(await read(country, signal));
    });
    return { readings, answer: { kind: "worked" } };
  } catch (error) {
    return { readings, answer: answerOf(error, token) };
  }
}

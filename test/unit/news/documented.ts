import { type NewsEvent, eventOf } from "../../../src/news/event.ts";
import { silenceNews } from "../../../src/news/silence.ts";
import { slotNews } from "../../../src/news/slot-news.ts";
import { spellNews } from "../../../src/news/spell-news.ts";
import type { Lasting } from "../../../src/news/spells.ts";
import { formatInstant, instant, minutes, plus } from "../../../src/values/time.ts";
import { parsedFleet } from "../../objects/fleet.ts";
import { parsedVantagePoint } from "../../objects/vantage-point.ts";
import { publishedEntry, secrets } from "./build.ts";

const at = instant(Date.parse("2026-11-23T14:02:00Z"));
const later = plus(at, minutes(90));

const slot = () =>
  slotNews({
    fleet: parsedFleet({ spec: { audience: { countries: ["IR"] } } }),
    entries: [
      publishedEntry(at, {
        spec: { cause: "Blocked" },
        status: { reachability: [{ country: "IR", verdict: "Blocked", since: formatInstant(at) }] },
      }),
    ],
    secrets,
  });

const outage: Lasting = {
  kind: "Outage",
  subject: "IR",
  because:
    "the controls fail at 8 of 10 addresses published for IR: it is an outage, and no block. Nothing moves until the controls see them answer",
};
const low: Lasting = {
  kind: "PoolLow",
  subject: "metallb-a",
  because:
    "pool metallb-a: 1 of 62 addresses are free, and 58 rest: add addresses before a block finds none",
};

const silent = () =>
  silenceNews({
    vantagePoint: parsedVantagePoint({
      name: "tehran-1",
      status: {
        lastResult: formatInstant(at),
        conditions: [
          {
            type: "Working",
            status: "False",
            reason: "AgentSilent",
            message: "",
            lastTransitionTime: formatInstant(later),
          },
        ],
      },
    }),
    hasTargets: true,
    now: later,
  });

/** One event of each kind, as docs/news.md shows it. */
export function documentedEvents(): readonly NewsEvent[] {
  const lasting = [
    { ...outage, since: at, goneAt: plus(at, minutes(60)) },
    { ...low, since: at },
  ];
  const items = [...slot(), ...spellNews(lasting, later), ...silent()];
  return items.flatMap((item) => eventOf(item, true) ?? []);
}

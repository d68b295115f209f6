import { type Instant, formatInstant, plus, spokenTime } from "../values/time.ts";
import { type NewsItem, newsLasts } from "./item.ts";
import { type Spell, overAt, settles } from "./spells.ts";

/** What begins or ends, once it is settled. The end of a pool's shortage is no news. */
export function spellNews(spells: readonly Spell[], now: Instant): readonly NewsItem[] {
  return spells.flatMap((spell) => {
    const settledAt = plus(spell.since, settles[spell.kind]);
    if (settledAt > now || (spell.goneAt !== undefined && spell.goneAt < settledAt)) return [];
    const began = spell.kind === "PoolLow" ? poolLow(spell) : outageBegan(spell);
    const item = dated({ ...began, at: settledAt }, spell);
    const endedAt = spell.kind === "Outage" ? overAt(spell, now) : undefined;
    return endedAt === undefined
      ? [item]
      : [item, dated({ ...outageEnded(spell), at: endedAt }, spell)];
  });
}

type Words = Pick<NewsItem, "kind" | "facts">;

function dated(words: Words & Pick<NewsItem, "at">, { subject, since }: Spell): NewsItem {
  const announcedUntil = plus(words.at, newsLasts);
  return { ...words, subject, announcedUntil, origin: String(since) };
}

function outageBegan({ subject: country, since, because }: Spell): Words {
  return {
    kind: "OutageBegan",
    facts: { country, since: formatInstant(since), message: sentence(because) },
  };
}

function outageEnded({ subject: country, since, goneAt = since }: Spell): Words {
  const message = `The outage in ${country} that began at ${spokenTime(since)} is over since ${spokenTime(goneAt)}.`;
  return {
    kind: "OutageEnded",
    facts: { country, began: formatInstant(since), ended: formatInstant(goneAt), message },
  };
}

function poolLow({ subject: pool, since, because }: Spell): Words {
  return {
    kind: "PoolLow",
    facts: { pool, since: formatInstant(since), message: sentence(because) },
  };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

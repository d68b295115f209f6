import { timeWords, type Tone, type Word } from "../../fleet-status/words.ts";

/** Each tone has a sign of its own: not everybody sees colours. */
const signs: Readonly<Record<Tone, string>> = {
  good: "✓",
  warning: "▲",
  bad: "✕",
  unknown: "?",
};

/** A word with its sign and colour. */
export function State({ word: { text, tone } }: { readonly word: Word }) {
  return (
    <span className={`pf-${tone}`}>
      <span aria-hidden="true">{signs[tone]}</span> {text}
    </span>
  );
}

/** A time in the viewer's zone and in UTC. */
export function Moment({ time }: { readonly time: Date }) {
  const { here, utc } = timeWords(time);
  return (
    <time dateTime={time.toISOString()}>
      <span>{here}</span> <span className="pf-faint">({utc})</span>
    </time>
  );
}

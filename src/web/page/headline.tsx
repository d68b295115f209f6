import type { FleetRow, Urgency } from "../wire.ts";
import { useSpeech } from "./context.ts";
import { glanceAt } from "./glance.ts";
import { tones } from "./parts.tsx";

interface HeadlineProps {
  readonly fleets: readonly FleetRow[];
  readonly chosen: Urgency | undefined;
  readonly choose: (urgency: Urgency | undefined) => void;
}

const urgencies = ["CutOff", "Moving", "AtRisk", "Fine"] as const;

/** Whether somebody is cut off, and how many fleets are how urgent. */
export function Headline({ fleets, chosen, choose }: HeadlineProps) {
  const { language, times } = useSpeech();
  const { texts } = language;
  const { cutOff, moving, fleets: counts } = glanceAt(fleets);
  const isBad = cutOff.fleets > 0;
  const isWell = !isBad && moving === 0 && counts.AtRisk === 0;
  const [calm, sign] = isWell ? (["good", "✓"] as const) : (["warn", "!"] as const);
  return (
    <section class={`headline ${isBad ? "bad" : calm}`}>
      <p class="verdict" role="status">
        <span aria-hidden="true">{isBad ? "✕" : sign}</span>{" "}
        {headline(fleets.length, { cutOff, texts })}
      </p>
      {moving > 0 && <p>{texts.movingNow(moving)}</p>}
      {counts.AtRisk > 0 && <p>{texts.atRisk(counts.AtRisk)}</p>}
      <div class="counts" role="group" aria-label={texts.fleets}>
        <button type="button" aria-pressed={chosen === undefined} onClick={() => choose(undefined)}>
          {texts.all} <b>{times.number(fleets.length)}</b>
        </button>
        {urgencies.map((urgency) => (
          <button
            key={urgency}
            type="button"
            class={tones[urgency] ?? ""}
            aria-pressed={chosen === urgency}
            onClick={() => choose(chosen === urgency ? undefined : urgency)}
          >
            {texts.urgency[urgency]} <b>{times.number(counts[urgency])}</b>
          </button>
        ))}
      </div>
    </section>
  );
}

type Texts = ReturnType<typeof useSpeech>["language"]["texts"];

function headline(
  fleets: number,
  { cutOff, texts }: { readonly cutOff: { groups: number; fleets: number }; readonly texts: Texts },
): string {
  if (fleets === 0) return texts.noFleets;
  return cutOff.fleets > 0 ? texts.cutOff(cutOff.groups, cutOff.fleets) : texts.nobodyCutOff;
}

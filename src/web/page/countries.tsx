import type { FleetRow, ReachabilityVerdict } from "../wire.ts";
import { useSpeech } from "./context.ts";
import { Part } from "./parts.tsx";

const verdicts = ["Blocked", "Suspected", "Reachable"] as const;

/** How many published addresses are blocked where. */
export function Countries({ fleets }: { readonly fleets: readonly FleetRow[] }) {
  const { language, times } = useSpeech();
  const { texts, code } = language;
  const counts = countsOf(fleets);
  if (counts.length === 0) return null;
  const names = new Intl.DisplayNames(code, { type: "region" });
  return (
    <Part id="countries" title={texts.countries}>
      <p class="hint">{texts.countriesHelp}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={texts.countries}>
        <table>
          <thead>
            <tr>
              <th scope="col">{texts.country}</th>
              {verdicts.map((verdict) => (
                <th key={verdict} scope="col">
                  {texts.verdict[verdict]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map(([country, count]) => (
              <tr key={country}>
                <th scope="row">
                  {names.of(country)} ({country})
                </th>
                {verdicts.map((verdict) => (
                  <td key={verdict}>{times.number(count[verdict])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

type Counts = Record<ReachabilityVerdict, number>;

function countsOf(fleets: readonly FleetRow[]): readonly (readonly [string, Counts])[] {
  const counts = new Map<string, Counts>();
  for (const { slots } of fleets)
    for (const [country, verdict] of slots.flatMap((slot) => slot.verdicts)) {
      const of = counts.get(country) ?? { Reachable: 0, Suspected: 0, Blocked: 0, Unknown: 0 };
      of[verdict]++;
      counts.set(country, of);
    }
  return [...counts].toSorted(([a, x], [b, y]) => y.Blocked - x.Blocked || (a < b ? -1 : 1));
}

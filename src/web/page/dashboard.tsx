import { useCallback, useMemo, useState } from "preact/hooks";
import type { FleetRow, Urgency } from "../wire.ts";
import { useSpeech } from "./context.ts";
import { Countries } from "./countries.tsx";
import { FleetList } from "./fleet-list.tsx";
import { FleetPanel } from "./fleet-panel.tsx";
import { Headline } from "./headline.tsx";
import { Pools } from "./pools.tsx";
import type { State } from "./state.ts";

interface DashboardProps extends Omit<State, "link" | "freshness"> {
  readonly token: string | undefined;
}

/** What somebody sees who is signed in. */
export function Dashboard({ fleets, pools, hidden, sessions, token }: DashboardProps) {
  const { language, times } = useSpeech();
  const { texts } = language;
  const [chosen, choose] = useState<string | undefined>(undefined);
  const [urgency, setUrgency] = useState<Urgency | undefined>(undefined);
  const [search, setSearch] = useState("");
  const found = useMemo(
    () => fitting(fleets ?? [], { search, urgency }),
    [fleets, search, urgency],
  );
  const leave = useCallback(() => choose(undefined), []);
  if (fleets === undefined)
    return (
      <main>
        <p class="hint">{texts.loading}</p>
      </main>
    );
  const row = fleets.find(({ key }) => key === chosen);
  return (
    <main class={chosen === undefined ? "" : "chosen"}>
      <Headline fleets={fleets} chosen={urgency} choose={setUrgency} />
      {hidden.includes("Addresses") && <p class="hint">{texts.addressesHidden}</p>}
      <div class="columns">
        <section class="fleets" aria-labelledby="fleets">
          <h2 id="fleets">{texts.fleets}</h2>
          <Search text={search} set={setSearch} />
          <p class="hint" role="status">
            {texts.shownOf(times.number(found.length), times.number(fleets.length))}
          </p>
          <FleetList fleets={found} chosen={chosen} choose={choose} />
        </section>
        <div class="beside">
          {chosen === undefined ? (
            <p class="panel hint">{texts.choose}</p>
          ) : (
            <FleetPanel {...{ chosen, row, token, sessions, leave }} />
          )}
          <Pools pools={pools} />
          <Countries fleets={fleets} />
        </div>
      </div>
    </main>
  );
}

function Search({ text, set }: { readonly text: string; readonly set: (text: string) => void }) {
  const { texts } = useSpeech().language;
  return (
    <label class="search">
      {texts.search}
      <input
        type="search"
        placeholder={texts.searchHelp}
        value={text}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

interface Wish {
  readonly search: string;
  readonly urgency: Urgency | undefined;
}

/** The fleets that somebody looks for. */
function fitting(fleets: readonly FleetRow[], { search, urgency }: Wish): readonly FleetRow[] {
  const words = search.trim().toLowerCase();
  return fleets.filter(
    (fleet) =>
      (urgency === undefined || fleet.urgency === urgency) &&
      (words === "" ||
        fleet.key.includes(words) ||
        fleet.slots.some(({ address }) => address?.includes(words) === true)),
  );
}

import { useState } from "preact/hooks";
import type { FleetDetails, SlotDetails, VerdictRow } from "../wire.ts";
import { useTexts } from "./context.ts";
import { Part, Time, Words, tones } from "./parts.tsx";

interface Cell {
  readonly slot: number;
  readonly country: string;
}

const signs = { Reachable: "✓", Suspected: "?", Blocked: "✕", Unknown: "–" } as const;

/** What the evidence says of each slot's address in each country; the evidence itself on asking. */
export function Matrix({ details }: { readonly details: FleetDetails }) {
  const texts = useTexts();
  const [asked, ask] = useState<Cell | undefined>(undefined);
  const countries = countriesOf(details);
  if (countries.length === 0)
    return (
      <Part id="matrix" title={texts.matrix}>
        <p class="hint">{texts.noVerdicts}</p>
      </Part>
    );
  return (
    <Part id="matrix" title={texts.matrix}>
      <p class="hint">{texts.matrixHelp}</p>
      <div class="scroll" tabIndex={0} role="group" aria-label={texts.matrix}>
        <table class="matrix">
          <thead>
            <tr>
              <td />
              {countries.map((country) => (
                <th key={country} scope="col">
                  {country}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {details.slots.map((slot) => (
              <tr key={slot.slot}>
                <th scope="row">{texts.slot(slot.slot)}</th>
                {countries.map((country) => (
                  <VerdictCell key={country} {...{ slot, country, asked, ask }} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div id="evidence" class="evidence" aria-live="polite">
        {asked !== undefined && <Evidence cell={asked} details={details} />}
      </div>
    </Part>
  );
}

interface VerdictCellProps {
  readonly slot: SlotDetails;
  readonly country: string;
  readonly asked: Cell | undefined;
  readonly ask: (cell: Cell | undefined) => void;
}

function VerdictCell({ slot, country, asked, ask }: VerdictCellProps) {
  const texts = useTexts();
  const verdict = verdictOf(slot, country)?.verdict ?? "Unknown";
  const isAsked = asked?.slot === slot.slot && asked.country === country;
  return (
    <td>
      <button
        type="button"
        class={tones[verdict] ?? ""}
        aria-expanded={isAsked}
        aria-controls="evidence"
        onClick={() => ask(isAsked ? undefined : { slot: slot.slot, country })}
      >
        <span aria-hidden="true">{signs[verdict]}</span> {texts.verdict[verdict]}
      </button>
    </td>
  );
}

function Evidence({ cell, details }: { readonly cell: Cell; readonly details: FleetDetails }) {
  const texts = useTexts();
  const slot = details.slots.find((each) => each.slot === cell.slot);
  const found = slot && verdictOf(slot, cell.country);
  return (
    <p>
      <b>{texts.evidence(cell.slot, cell.country)}</b>
      {": "}
      {found === undefined ? (
        texts.noEvidence
      ) : (
        <>
          {texts.verdict[found.verdict]}, {texts.since} <Time at={found.since} />
          {". "}
          {found.message === undefined ? texts.noEvidence : <Words>{found.message}</Words>}
        </>
      )}
    </p>
  );
}

function verdictOf({ verdicts }: SlotDetails, country: string): VerdictRow | undefined {
  return verdicts.find((each) => each.country === country);
}

function countriesOf({ audience, slots }: FleetDetails): readonly string[] {
  const measured = slots.flatMap(({ verdicts }) => verdicts.map(({ country }) => country));
  return [...new Set([...audience, ...measured])].toSorted();
}

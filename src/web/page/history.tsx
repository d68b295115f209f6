import type { FleetDetails } from "../wire.ts";
import { useTexts } from "./context.ts";
import { Part, Time, Words } from "./parts.tsx";

/** What happened to a fleet, in words, the newest first. */
export function History({ details: { history, hasEvents } }: { readonly details: FleetDetails }) {
  const texts = useTexts();
  return (
    <Part id="history" title={texts.history}>
      {!hasEvents && <p class="hint">{texts.noEvents}</p>}
      {history.length === 0 ? (
        <p>{texts.nothingRemembered}</p>
      ) : (
        <div class="scroll tall" tabIndex={0} role="group" aria-label={texts.history}>
          <ol class="history">
            {history.map(({ at, type, what, text }) => (
              <li key={`${at} ${what} ${text}`} class={type === "Warning" ? "warning" : ""}>
                <Time at={at} /> <b dir="auto">{what}</b> <Words>{text}</Words>
              </li>
            ))}
          </ol>
        </div>
      )}
    </Part>
  );
}

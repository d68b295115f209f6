import type { AddressRow, FleetDetails, SlotDetails } from "../wire.ts";
import { useTexts } from "./context.ts";
import { Badge, Time, Words, tones } from "./parts.tsx";
import type { SessionHistory } from "./session-history.ts";
import { SessionsPlot } from "./sessions-plot.tsx";

interface SlotsProps {
  readonly details: FleetDetails;
  readonly sessions: SessionHistory;
}

/** The slots of a fleet: how each is served, what comes next, and its addresses. */
export function Slots({ details, sessions }: SlotsProps) {
  return (
    <div class="slots">
      {details.slots.map((slot) => (
        <Slot key={slot.slot} slot={slot} fleet={details.key} sessions={sessions} />
      ))}
    </div>
  );
}

interface SlotProps {
  readonly slot: SlotDetails;
  readonly fleet: string;
  readonly sessions: SessionHistory;
}

function Slot({ slot, fleet, sessions }: SlotProps) {
  const texts = useTexts();
  const { state, message, cutOff, next, burnt, resting, addresses } = slot;
  const id = `slot-${slot.slot}`;
  return (
    <section class="slot" aria-labelledby={id}>
      <h3 id={id}>
        {texts.slot(slot.slot)} <Badge tone={tones[state] ?? ""}>{texts.state[state]}</Badge>
      </h3>
      <SessionsPlot counts={sessions.of(fleet, slot.slot)} />
      {(message || cutOff?.what) && (
        <p>
          <Words>{message || cutOff?.what}</Words>
        </p>
      )}
      <p>
        {next === undefined ? (
          texts.noNext
        ) : (
          <>
            {texts.next}: <Time at={next.at} /> <Words>{next.reason}</Words>
          </>
        )}
      </p>
      <p class="hint">
        {texts.burnt(burnt)} · {texts.resting(resting)}
      </p>
      {addresses.length > 0 && (
        <ul class="addresses" aria-label={`${texts.addresses}: ${texts.slot(slot.slot)}`}>
          {addresses.map((row, index) => (
            <Address key={row.address ?? index} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Address({ row }: { readonly row: AddressRow }) {
  const texts = useTexts();
  const { address, phase, since, until, pool, waitsFor } = row;
  return (
    <li>
      <b class="address">
        <bdi>{address ?? texts.noAddress}</bdi>
      </b>{" "}
      {texts.phase[phase]}, {texts.since} <Time at={since} />
      {until !== undefined && (
        <>
          , {texts.until} <Time at={until} />
        </>
      )}{" "}
      · <bdi>{pool}</bdi>
      {waitsFor !== undefined && (
        <p>
          <Words>{waitsFor}</Words>
        </p>
      )}
    </li>
  );
}

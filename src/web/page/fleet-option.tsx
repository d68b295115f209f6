import { memo } from "./memo.ts";
import type { FleetRow } from "../wire.ts";
import { useTexts } from "./context.ts";
import { Badge, tones } from "./parts.tsx";

interface FleetOptionProps {
  readonly fleet: FleetRow;
  readonly place: { readonly row: number; readonly of: number; readonly top: number };
  readonly isActive: boolean;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

export const optionId = (key: string): string => `fleet-${key.replace("/", "-in-")}`;

/** One fleet of the list. */
export const FleetOption = memo<FleetOptionProps>(
  function FleetOption({ fleet, place, isActive, isChosen, choose }) {
    const texts = useTexts();
    const { key, namespace, name, urgency, words, slots, paused } = fleet;
    return (
      <div
        id={optionId(key)}
        class={`option ${isActive ? "active" : ""}`}
        role="option"
        aria-selected={isChosen}
        aria-posinset={place.row + 1}
        aria-setsize={place.of}
        style={{ top: `${place.top}px` }}
        onClick={choose}
      >
        <span class="name">
          <bdi>{name}</bdi> <span class="namespace">{namespace}</span>
        </span>
        <Badge tone={tones[urgency] ?? ""}>{texts.urgency[urgency]}</Badge>
        <span class="dots" aria-hidden="true">
          {slots.slice(0, 12).map(({ slot, state }) => (
            <i key={slot} class={tones[state]} />
          ))}
        </span>
        <bdi class="line">{words || (paused ? texts.paused : addressesOf(fleet))}</bdi>
      </div>
    );
  },
  (a, b) =>
    a.fleet === b.fleet &&
    a.isActive === b.isActive &&
    a.isChosen === b.isChosen &&
    a.place.row === b.place.row &&
    a.place.of === b.place.of,
);

function addressesOf({ slots }: FleetRow): string {
  return slots.flatMap(({ address }) => address ?? []).join(", ");
}

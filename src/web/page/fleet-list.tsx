import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FleetRow } from "../wire.ts";
import { useTexts } from "./context.ts";
import { FleetOption, optionId } from "./fleet-option.tsx";
import { drawnRows, topFor } from "./window-of.ts";

interface FleetListProps {
  readonly fleets: readonly FleetRow[];
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

/** CSS pixels; style.css has the same. */
const rowHeight = 64;
/** Rows that fit, as long as nobody has measured. */
const firstView = 900;

/**
 * The fleets, those in trouble first. Only the rows that can be seen are in the document: for
 * keyboards and screen readers it is one list all the same.
 */
export function FleetList({ fleets, chosen, choose }: FleetListProps) {
  const texts = useTexts();
  const { list, scrolled, measure } = useScrolled(fleets.length);
  const [active, setActive] = useState(0);
  const at = Math.min(active, Math.max(0, fleets.length - 1));
  const moveTo = (row: number) => {
    setActive(row);
    list.current?.scrollTo({ top: topFor(row, { height: rowHeight, ...scrolled }) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const key = fleets[at]?.key;
    if ((event.key === "Enter" || event.key === " ") && key !== undefined) choose(key);
    const to = target(event.key, { at, last: fleets.length - 1, view: scrolled.view });
    if (to !== undefined) moveTo(to);
    if (to !== undefined || event.key === "Enter" || event.key === " ") event.preventDefault();
  };
  const { first, end } = drawnRows({ count: fleets.length, height: rowHeight, ...scrolled });
  if (fleets.length === 0) return <p class="hint">{texts.noneFound}</p>;
  return (
    <div
      ref={list}
      class="list"
      role="listbox"
      tabIndex={0}
      aria-label={texts.fleets}
      aria-activedescendant={optionId(fleets[at]?.key ?? "")}
      onScroll={measure}
      onKeyDown={onKeyDown}
    >
      <div class="all" role="presentation" style={{ height: `${fleets.length * rowHeight}px` }}>
        {fleets.slice(first, end).map((fleet, index) => (
          <FleetOption
            key={fleet.key}
            fleet={fleet}
            place={{ row: first + index, of: fleets.length, top: (first + index) * rowHeight }}
            isActive={first + index === at}
            isChosen={fleet.key === chosen}
            choose={() => {
              setActive(first + index);
              choose(fleet.key);
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** How a list stands, followed as it is scrolled. @param count of its rows */
function useScrolled(count: number) {
  const list = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState({ top: 0, view: firstView });
  const measure = () => {
    const { scrollTop: top = 0, clientHeight: view = firstView } = list.current ?? {};
    setScrolled((before) => (before.top === top && before.view === view ? before : { top, view }));
  };
  useLayoutEffect(measure, [count]);
  useEffect(() => {
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return { list, scrolled, measure };
}

interface Where {
  readonly at: number;
  readonly last: number;
  readonly view: number;
}

/** The row that a key leads to. */
function target(key: string, { at, last, view }: Where): number | undefined {
  const page = Math.max(1, Math.floor(view / rowHeight) - 1);
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: last,
  };
  const to = steps[key];
  return to === undefined ? undefined : Math.min(last, Math.max(0, to));
}

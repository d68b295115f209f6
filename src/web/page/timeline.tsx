import { useState } from "preact/hooks";
import type { FleetDetails, TimelineBar, TimelineMark } from "../wire.ts";
import { useSpeech, useTexts } from "./context.ts";
import { Part } from "./parts.tsx";
import { type TimeScale, timeScale } from "./time-scale.ts";
import { useWidth } from "./use-width.ts";

const day = 86_400_000;
const spans = { lastDay: day, lastWeek: 7 * day, lastMonth: 30 * day } as const;
type Span = keyof typeof spans;
const names = Object.keys(spans) as Span[];
/** CSS pixels. A slot that moves has two addresses: each has a line of its own. */
const [rowHeight, barHeight, axisHeight] = [44, 12, 22];

/** The addresses of each slot as bars, its blocks and moves as marks. */
export function Timeline({ details }: { readonly details: FleetDetails }) {
  const { texts, direction } = useSpeech().language;
  const { bars, marks, slots } = details;
  const [span, setSpan] = useState<Span>("lastWeek");
  const { of, width } = useWidth<HTMLDivElement>(600);
  const to = Date.now();
  const from = to - spans[span];
  const scale = timeScale({ from, to, width, isMirrored: direction === "rtl" });
  const rows = new Map(slots.map(({ slot }, index) => [slot, index]));
  const seen = bars.filter(({ slot, darkSince }) => rows.has(slot) && (darkSince ?? to) > from);
  const height = slots.length * rowHeight + axisHeight;
  return (
    <Part id="timeline" title={texts.timeline}>
      <Spans span={span} choose={setSpan} />
      <div ref={of} class="timeline">
        <svg
          role="img"
          aria-label={texts.timelineLabel(slots.length, seen.length)}
          {...{ width, height }}
        >
          <Axis {...{ scale, span: spans[span], width, height }} />
          {slots.map(({ slot }, index) => (
            <SlotName key={slot} {...{ slot, index, width }} />
          ))}
          {seen.map((bar, index) => (
            <Bar
              key={`${bar.slot} ${bar.from}`}
              {...{ bar, scale, to, index }}
              row={rows.get(bar.slot) ?? 0}
            />
          ))}
          {marks
            .filter(({ slot, at }) => rows.has(slot) && at >= from)
            .map((mark) => (
              <Mark
                key={`${mark.slot} ${mark.at} ${mark.kind}`}
                mark={mark}
                scale={scale}
                row={rows.get(mark.slot) ?? 0}
              />
            ))}
        </svg>
      </div>
      <p class="hint">{texts.timelineHelp}</p>
    </Part>
  );
}

interface AxisProps {
  readonly scale: TimeScale;
  readonly span: number;
  readonly width: number;
  readonly height: number;
}

function Axis({ scale, span, width, height }: AxisProps) {
  const { times } = useSpeech();
  return (
    <>
      {scale.ticks.map((at) => (
        <g key={at} class="tick">
          <line x1={scale.x(at)} x2={scale.x(at)} y1={0} y2={height - axisHeight} />
          <text x={Math.min(width - 22, Math.max(22, scale.x(at)))} y={height - 6}>
            {times.tick(at, span)}
          </text>
        </g>
      ))}
    </>
  );
}

interface SlotNameProps {
  readonly slot: number;
  readonly index: number;
  readonly width: number;
}

function SlotName({ slot, index, width }: SlotNameProps) {
  const { texts, direction } = useSpeech().language;
  return (
    <text class="slot-name" x={direction === "rtl" ? width - 2 : 2} y={index * rowHeight + 11}>
      {texts.slot(slot)}
    </text>
  );
}

function Spans({ span, choose }: { readonly span: Span; readonly choose: (span: Span) => void }) {
  const texts = useTexts();
  return (
    <div class="spans" role="group" aria-label={texts.timeline}>
      {names.map((name) => (
        <button key={name} type="button" aria-pressed={span === name} onClick={() => choose(name)}>
          {texts[name]}
        </button>
      ))}
    </div>
  );
}

interface BarProps {
  readonly bar: TimelineBar;
  readonly scale: TimeScale;
  /** The present. */
  readonly to: number;
  /** Neighbours alternate between two lines. */
  readonly index: number;
  readonly row: number;
}

function Bar({ bar, scale, to, index, row }: BarProps) {
  const { times, language } = useSpeech();
  const { address, from, drainSince, darkSince, phase, burnt } = bar;
  const y = row * rowHeight + 15 + (index % 2) * (barHeight + 1);
  const stretch = (kind: string, begin: number, end: number) => {
    const [a, b] = [scale.x(begin), scale.x(end)];
    const width = Math.max(2, Math.abs(b - a));
    return <rect class={kind} x={Math.min(a, b)} y={y} width={width} height={barHeight} rx={3} />;
  };
  const lit = drainSince ?? darkSince ?? to;
  const made = phase === "Provisioning" || phase === "Verifying" ? "made" : "lit";
  return (
    <g class={burnt ? "burnt" : ""}>
      <title>
        {`${address ?? ""} ${language.texts.phase[phase]}, ${times.local(from)} – ${times.local(darkSince ?? to)}`}
      </title>
      {stretch(made, from, lit)}
      {drainSince !== undefined && stretch("drain", drainSince, to)}
    </g>
  );
}

interface MarkProps {
  readonly mark: TimelineMark;
  readonly scale: TimeScale;
  readonly row: number;
}

function Mark({ mark, scale, row }: MarkProps) {
  const { times } = useSpeech();
  const { at, kind, text } = mark;
  const place = `translate(${scale.x(at).toFixed(1)} ${row * rowHeight + 7})`;
  return (
    <g class={`mark ${kind}`} transform={place}>
      <title>{`${times.local(at)}: ${text}`}</title>
      {kind === "Block" ? <path d="M-4 -4 4 4M-4 4 4 -4" /> : <path d="M-4 4 4 4 0 -4z" />}
    </g>
  );
}

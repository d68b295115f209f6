import { useEffect, useRef } from "preact/hooks";
import type { FleetDetails, FleetRow } from "../wire.ts";
import { useSpeech, useTexts } from "./context.ts";
import { History } from "./history.tsx";
import { Matrix } from "./matrix.tsx";
import { Badge, Part, Time, Words, tones } from "./parts.tsx";
import type { SessionHistory } from "./session-history.ts";
import { Slots } from "./slots.tsx";
import { Timeline } from "./timeline.tsx";
import { useDetails } from "./use-details.ts";

interface FleetPanelProps {
  readonly chosen: string;
  /** Undefined where it is gone from the list. */
  readonly row: FleetRow | undefined;
  readonly token: string | undefined;
  readonly sessions: { readonly history: SessionHistory };
  readonly leave: () => void;
}

/** All of one fleet. */
export function FleetPanel({ chosen, row, token, sessions, leave }: FleetPanelProps) {
  const texts = useTexts();
  const found = useDetails(chosen, row?.version, token);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [chosen]);
  const [namespace, name] = chosen.split("/", 2);
  return (
    <article class="panel" aria-labelledby="chosen-fleet">
      <button type="button" class="back" onClick={leave}>
        {texts.back}
      </button>
      <h2 id="chosen-fleet" ref={heading} tabIndex={-1}>
        <bdi>{name}</bdi> <span class="namespace">{namespace}</span>{" "}
        {row !== undefined && (
          <Badge tone={tones[row.urgency] ?? ""}>{texts.urgency[row.urgency]}</Badge>
        )}
      </h2>
      {found.kind === "Loading" && <p class="hint">{texts.loading}</p>}
      {(found.kind === "Gone" || row === undefined) && <p class="notice">{texts.notFound}</p>}
      {found.kind === "Found" && row !== undefined && (
        <Whole details={found.details} row={row} sessions={sessions} />
      )}
    </article>
  );
}

interface WholeProps {
  readonly details: FleetDetails;
  readonly row: FleetRow;
  readonly sessions: { readonly history: SessionHistory };
}

function Whole({ details, row, sessions }: WholeProps) {
  const texts = useTexts();
  const { advice, troubles } = details;
  return (
    <>
      <Facts details={details} row={row} />
      {advice.length > 0 && (
        <Part id="advice" title={texts.whatToDo}>
          <ul class="advice">
            {advice.map((text) => (
              <li key={text}>
                <Words>{text}</Words>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Slots details={details} sessions={sessions.history} />
      <Matrix details={details} />
      {details.bars.length > 0 && <Timeline details={details} />}
      {troubles.length > 0 && (
        <Part id="troubles" title={texts.troubles}>
          <dl class="troubles">
            {troubles.map(({ type, reason, since, message }) => (
              <div key={type}>
                <dt>
                  {type} ({reason}){" "}
                  {since !== undefined && (
                    <>
                      {texts.since} <Time at={since} />
                    </>
                  )}
                </dt>
                <dd>
                  <Words>{message}</Words>
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
      <History details={details} />
    </>
  );
}

function Facts({ details, row }: { readonly details: FleetDetails; readonly row: FleetRow }) {
  const { language } = useSpeech();
  const { texts, code } = language;
  const { pods, audience, pools } = details;
  const list = new Intl.ListFormat(code);
  const facts = [
    texts.pods(pods.ready, pods.wanted),
    audience.length === 0 ? texts.forEverybody : texts.forCountries(list.format(audience)),
    ...(pools.length === 0 ? [] : [texts.fromPools(list.format(pools))]),
    ...(row.paused ? [texts.paused] : []),
  ];
  return <p class="facts">{facts.join(" · ")}</p>;
}

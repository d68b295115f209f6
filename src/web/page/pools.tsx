import type { PoolRow } from "../wire.ts";
import { useSpeech, useTexts } from "./context.ts";
import { Part, Time, Words } from "./parts.tsx";

/** Pools as gauges, each with the day on which it runs out. */
export function Pools({ pools }: { readonly pools: readonly PoolRow[] | undefined }) {
  const texts = useTexts();
  return (
    <Part id="pools" title={texts.pools}>
      {pools === undefined ? (
        <p class="hint">{texts.poolsHidden}</p>
      ) : (
        <div class="pools">
          {pools.map((pool) => (
            <Pool key={pool.name} pool={pool} />
          ))}
        </div>
      )}
    </Part>
  );
}

function Pool({ pool }: { readonly pool: PoolRow }) {
  const texts = useTexts();
  const { name, provider, unreadable, troubles, serving, draining, quarantined } = pool;
  return (
    <div class="pool">
      <h4>
        <bdi>{name}</bdi> <span class="namespace">{provider}</span>
      </h4>
      {unreadable === undefined ? (
        <>
          <Gauge pool={pool} />
          <p class="hint">{texts.poolCounts(serving, draining, quarantined)}</p>
          <Outlook pool={pool} />
        </>
      ) : (
        <p class="notice">
          <Words>{unreadable}</Words>
        </p>
      )}
      {troubles.map(({ type, message }) => (
        <p key={type} class="notice">
          <Words>{message}</Words>
        </p>
      ))}
    </div>
  );
}

function Gauge({ pool }: { readonly pool: PoolRow }) {
  const texts = useTexts();
  const { free, total, serving, draining, quarantined, reserve } = pool;
  if (free === undefined) return <p>{texts.poolAssigned}</p>;
  const kept = reserve > 0 ? ` (${texts.poolReserve(reserve)})` : "";
  const parts = { lit: serving, drain: draining, rest: quarantined, free } as const;
  const whole = Math.max(1, total);
  return (
    <>
      <p>
        <b>{texts.poolFree(free, total)}</b>
        {kept}
      </p>
      <div class="gauge" aria-hidden="true">
        {Object.entries(parts).map(([kind, count]) => (
          <span key={kind} class={kind} style={{ inlineSize: `${(count / whole) * 100}%` }} />
        ))}
      </div>
    </>
  );
}

function Outlook({ pool }: { readonly pool: PoolRow }) {
  const { language, times } = useSpeech();
  const { texts } = language;
  const { free, runsOutAt, nextFreeAt, movesPerDay = 0 } = pool;
  if (free === undefined) return null;
  if (runsOutAt === undefined) return <p class="hint">{texts.lasts}</p>;
  return (
    <p class="notice">
      {free === 0 ? (
        texts.hasRunOut
      ) : (
        <>
          {texts.runsOut}: <Time at={runsOutAt} />, {texts.pace(times.number(movesPerDay, 1))}
        </>
      )}
      {nextFreeAt !== undefined && (
        <>
          {". "}
          {texts.nextBack}: <Time at={nextFreeAt} />
        </>
      )}
    </p>
  );
}

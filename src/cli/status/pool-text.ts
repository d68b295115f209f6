import type { PoolOverview } from "../../overview/pool.ts";
import { spokenTime } from "../../values/time.ts";
import type { Drawing } from "../terminal/table.ts";
import { quoted } from "../terminal/width.ts";

const gaugeWidth = 20;

/** A pool as a gauge, and the day on which it runs out. */
export function poolLines(pool: PoolOverview, { paint }: Drawing): readonly string[] {
  if (pool.unreadable !== undefined) return [`pool ${pool.name}  ${quoted(pool.unreadable)}`];
  const { total, serving, draining, quarantined, free } = pool;
  const counts = `${serving} serve, ${draining} drain, ${quarantined} rest`;
  if (free === undefined)
    return [`pool ${pool.name}  ${counts} (its provider gives what it gives)`];
  const head = `pool ${pool.name}  [${gauge(free, total)}]  ${free} of ${total} free, ${counts}`;
  const outlook = outlookText(pool);
  return outlook === undefined ? [head] : [head, `         ${paint("warning", outlook)}`];
}

function gauge(free: number, total: number): string {
  const least = free > 0 ? 1 : 0;
  const filled = total === 0 ? 0 : Math.max(least, Math.floor((free / total) * gaugeWidth));
  return `${"#".repeat(filled)}${".".repeat(gaugeWidth - filled)}`;
}

/** Undefined: it does not run out, as far as anybody knows. */
function outlookText({ free, outlook, nextFreeAt }: PoolOverview): string | undefined {
  if (outlook?.runsOutAt === undefined) return undefined;
  const next =
    nextFreeAt === undefined ? "" : `; the next one comes back ${spokenTime(nextFreeAt)}`;
  if (free === 0) return `it has run out${next}`;
  const pace = outlook.claimsPerDay.toFixed(1);
  return `it runs out ${spokenTime(outlook.runsOutAt)}, at ${pace} moves a day as lately`;
}

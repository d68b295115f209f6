import type { Logger } from "pino";
import { type Controller, type Outcome, requeueAfter } from "../../runtime/controller.ts";
import type { WorkQueue } from "../../runtime/queue.ts";
import { type Instant, minutes } from "../../values/time.ts";
import type { Receiver } from "../receivers.ts";
import { spellNews } from "../spell-news.ts";
import type { Courier } from "./courier.ts";
import type { Couriers } from "./couriers.ts";
import type { KeptSpells } from "./kept-spells.ts";
import { type NewsSources, observedLasting, observedNews } from "./observe.ts";
import type { ReceiversFile } from "./receivers-file.ts";

export interface NewsKeeperOptions {
  readonly sources: NewsSources;
  readonly file: Pick<ReceiversFile, "read">;
  readonly couriers: Couriers;
  readonly courierFor: (receiver: Receiver) => Courier;
  readonly spells: Pick<KeptSpells, "after">;
  readonly queue: WorkQueue;
  readonly now: () => Instant;
}

/** Changes within this time are looked at together (ms): each look goes over all fleets. */
const gatherMs = 1_000;

/** What only time brings, such as a silence, is seen this much later at most. */
const lookEvery = minutes(1);

const key = "news";

/**
 * Finds out what is news, and offers it to the couriers. It looks at the state alone, so that a look
 * that was missed, or the next leader's first one, brings the same.
 */
export function newsController(options: NewsKeeperOptions): Controller {
  const { queue, sources } = options;
  queue.add(key);
  lookOn(sources.caches, () => queue.addAfter(key, gatherMs, "high"));
  return { name: key, queue, reconcile: async (_key, log) => look(options, log) };
}

async function look(options: NewsKeeperOptions, log: Logger): Promise<Outcome> {
  const { sources, file, couriers, courierFor, spells, now } = options;
  couriers.take(await file.read(log), courierFor);
  if (couriers.all.length === 0) return requeueAfter(lookEvery);
  const at = now();
  const lasting = await spells.after({ ...observedLasting(sources), now: at }, log);
  const items = [...observedNews(sources, at), ...spellNews(lasting, at)];
  couriers.offer(items.toSorted((a, b) => a.at - b.at));
  return requeueAfter(lookEvery);
}

function lookOn(
  { fleets, addresses, pools, vantagePoints, ownSecrets }: NewsSources["caches"],
  wake: () => void,
): void {
  for (const store of [fleets, addresses, pools, vantagePoints]) store.onChange(wake);
  ownSecrets.onChange(wake);
}

import type { Logger } from "pino";
import type { TokenSource } from "../../reachability/io/token.ts";
import type { ApiClient } from "../../kubernetes/client.ts";
import type { Controller } from "../../runtime/controller.ts";
import type { WorkQueue } from "../../runtime/queue.ts";
import type { Random } from "../../values/random.ts";
import type { Instant } from "../../values/time.ts";
import { type Couriers, courierOf, deliveryController } from "./couriers.ts";
import { KeptSpells } from "./kept-spells.ts";
import { newsController } from "./news-keeper.ts";
import type { NewsSources } from "./observe.ts";
import { ReceiversFile } from "./receivers-file.ts";
import type { Send } from "./send.ts";
import { configMapSpells } from "./spell-store.ts";

export interface NewsOptions {
  /** Names the receivers. */
  readonly path: string;
  readonly sources: NewsSources;
  readonly couriers: Couriers;
  readonly send: Send;
  readonly client: Pick<ApiClient, "get" | "apply">;
  readonly namespace: TokenSource["namespace"];
  readonly makeQueue: () => WorkQueue;
  readonly now: () => Instant;
  /** Never goes back (ms). */
  readonly clock: () => number;
  readonly random: Random;
  readonly log: Logger;
}

/** What finds news, and what delivers it. */
export function newsControllers(options: NewsOptions): readonly Controller[] {
  const { path, sources, couriers, send, client, namespace, makeQueue, now, log } = options;
  const { clock, random } = options;
  const queue = makeQueue();
  return [
    newsController({
      sources,
      file: new ReceiversFile(path),
      couriers,
      courierFor: (receiver) => courierOf(receiver, { send, now, clock, random, log, queue }),
      spells: new KeptSpells(configMapSpells(client, namespace)),
      queue: makeQueue(),
      now,
    }),
    deliveryController(couriers, queue),
  ];
}

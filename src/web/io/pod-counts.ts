import type { ReadStore } from "../../kubernetes/store.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { type ObjectKey, keyOf, keyText } from "../../kubernetes/resource.ts";
import type { PodReports } from "../../pods/io/reports.ts";
import type { PodStatusReader } from "../../pods/io/status-reader.ts";
import type { PodStatus } from "../../pods/status.ts";
import { mayHoldSessions } from "../../pods/view.ts";
import { type Instant, minutes, since } from "../../values/time.ts";

export interface PodCountsOptions {
  readonly pods: ReadStore<Pod>;
  /** What the leader asks pods anyway. */
  readonly reports: Pick<PodReports, "answer">;
  readonly readStatus: PodStatusReader;
  readonly isLeading: () => boolean;
  readonly now: () => Instant;
}

interface Said {
  readonly at: Instant;
  readonly status: PodStatus;
}

/** An older answer says nothing of now. */
const lasts = minutes(1);
/** Pods that are asked at once. */
const atOnce = 8;

/**
 * What pods say of their sessions. The leader knows; another replica asks for itself, and only while
 * somebody looks.
 */
export class PodCounts {
  readonly #options: PodCountsOptions;
  #said: ReadonlyMap<string, Said> = new Map();
  #isAsking = false;

  constructor(options: PodCountsOptions) {
    this.#options = options;
  }

  statusOf(pod: ObjectKey): PodStatus | undefined {
    const { reports, isLeading, now } = this.#options;
    const key = keyText(pod);
    const said = isLeading() ? reports.answer(key) : this.#said.get(key);
    return said !== undefined && Math.abs(since(said.at, now())) < lasts ? said.status : undefined;
  }

  /** Asks all pods, where nobody else does. */
  async ask(): Promise<void> {
    const { pods, isLeading } = this.#options;
    if (isLeading() || this.#isAsking) return;
    this.#isAsking = true;
    const said = new Map<string, Said>();
    const waiting = pods.list().filter(mayHoldSessions);
    const work = async () => {
      for (let pod = waiting.pop(); pod !== undefined; pod = waiting.pop())
        await this.#askOne(pod, said);
    };
    try {
      await Promise.all(Array.from({ length: atOnce }, work));
    } finally {
      this.#isAsking = false;
    }
    this.#said = said;
  }

  /** One that is silent is not known: the page says so. */
  async #askOne(pod: Pod, into: Map<string, Said>): Promise<void> {
    const { readStatus, now } = this.#options;
    const status = await readStatus(pod).catch(() => undefined);
    if (status !== undefined) into.set(keyText(keyOf(pod)), { at: now(), status });
  }
}

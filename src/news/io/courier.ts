import type { Logger } from "pino";
import { type Outcome, done, gone, requeueAfter } from "../../runtime/controller.ts";
import { Inquiries } from "../../runtime/inquiries.ts";
import type { NewsKind } from "../../values/news-kinds.ts";
import type { Random } from "../../values/random.ts";
import {
  type Instant,
  type Millis,
  instant,
  latest,
  plus,
  seconds,
  since,
} from "../../values/time.ts";
import { type Attempt, denialLasts, giveUpAfter, pauseAfter } from "../attempt.ts";
import { type NewsEvent, eventOf } from "../event.ts";
import type { NewsItem } from "../item.ts";
import { LinkWaits } from "../link-waits.ts";
import { Outbox, type Waiting } from "../outbox.ts";
import type { Receiver } from "../receivers.ts";
import type { Send } from "./send.ts";

export interface CourierOptions {
  readonly send: Send;
  readonly now: () => Instant;
  /** Never goes back (ms): a clock that is set delays no news. */
  readonly clock: () => number;
  readonly random: Random;
  readonly log: Logger;
  /** Lets `deliver` be called for a lane of a receiver, soon. */
  readonly wake: (receiver: string, lane: string) => void;
}

/** Why an event is not delivered. */
export type DropReason = "Full" | "Refused" | "GaveUp" | "NoLink";

/** What the log calls a piece of news: by its event's id, or by what it is about before it has one. */
type Dropped = Pick<NewsEvent, "id" | "kind"> | Pick<NewsItem, "subject" | "kind">;

/** So many subjects are named in one log line at most. */
const mostNamed = 5;

/** Events that wait for one receiver at most. */
const mostWaiting = 2_000;

/**
 * Lanes of one receiver that are tried side by side. A call has a deadline of its own; this one (ms)
 * is for one that breaks its word.
 */
const calling = { atOnce: 8, deadlineMs: seconds(30) };

const noAnswer: Attempt = { kind: "failed", why: "the call did not end in time" };

const unlinkedText =
  "news waits for links that are not known: check that the operator can read the Secret proxyfleet-share in its namespace, and that the names in spec.dns.hostname of these fleets are host names";

/** Why a try was in vain, and what follows for the next one. */
interface Failure {
  readonly why: string;
  readonly retryAfter?: Millis | undefined;
  readonly deniedSince?: Instant | undefined;
}

/** Brings one receiver its news, in the order of each lane. No receiver waits for another. */
export class Courier {
  readonly delivered = new Map<NewsKind, number>();
  readonly dropped = new Map<DropReason, number>();
  retries = 0;
  lastSuccess: Instant | undefined;
  /** Whether the last try succeeded; undefined before the first one. */
  isWorking: boolean | undefined;
  receiver: Receiver;
  readonly #options: CourierOptions;
  readonly #outbox: Outbox;
  readonly #linkWaits = new LinkWaits();
  readonly #calls: Inquiries<Attempt>;
  /**
   * Lanes that found no place. They come again by the queue, and not by themselves, so that a process
   * that leads no longer begins no call.
   */
  readonly #inLine = new Set<string>();
  /** The receiver asked not to be called before. */
  #pausedUntil = instant(0);

  constructor(receiver: Receiver, options: CourierOptions, most = mostWaiting) {
    this.receiver = receiver;
    this.#options = options;
    this.#outbox = new Outbox(most);
    this.#calls = new Inquiries({ ...calling, log: options.log });
  }

  /** How many events wait. */
  get waiting(): number {
    return this.#outbox.size;
  }

  /** How many pieces of news are not sent yet because their link is not known. */
  get awaitingLink(): number {
    return this.#linkWaits.size;
  }

  get #tick(): Instant {
    return instant(this.#options.clock());
  }

  /** Takes in what it was not offered before, of the kinds that the receiver asks for. */
  offer(items: readonly NewsItem[]): void {
    const now = this.#options.now();
    const { kinds, links } = this.receiver;
    this.#outbox.forget(now);
    const unlinked: NewsItem[] = [];
    for (const item of items) {
      if (!kinds.includes(item.kind) || item.announcedUntil <= now) continue;
      const event = eventOf(item, links);
      if (event === undefined) unlinked.push(item);
      else this.#take(event);
    }
    this.#lookForLinks(unlinked, now);
  }

  #take(event: NewsEvent): void {
    const offered = this.#outbox.offer(event, this.#tick);
    if (offered.kind === "known") return;
    if (offered.dropped !== undefined)
      this.#drop(offered.dropped, "Full", `more than ${this.#outbox.size} events wait`);
    this.#wake(event.lane);
  }

  #lookForLinks(unlinked: readonly NewsItem[], now: Instant): void {
    const { overdue, expired } = this.#linkWaits.look(unlinked, now, this.#tick);
    for (const item of expired) this.#drop(item, "NoLink", "its link was not known for an hour");
    if (overdue.length === 0) return;
    const slots = overdue.slice(0, mostNamed).map(({ subject }) => subject);
    const line = { receiver: this.receiver.name, count: overdue.length, slots };
    this.#options.log.warn(line, unlinkedText);
  }

  /** Takes a lane one step on; it is woken again when a try has ended. */
  deliver(lane: string): Outcome {
    const { send } = this.#options;
    const tick = this.#tick;
    const head = this.#outbox.head(lane);
    if (head === undefined) return gone;
    if (tick >= plus(head.since, giveUpAfter)) {
      this.#outbox.remove(head.event.id);
      this.#drop(head.event, "GaveUp", "it could not be delivered for a day");
      return requeueAfter(0);
    }
    const at = latest(head.notBefore, this.#pausedUntil);
    if (at > tick) return requeueAfter(since(tick, at));
    if (this.#calls.open >= calling.atOnce) {
      this.#inLine.add(lane);
      return done;
    }
    this.#calls.ask(
      lane,
      async (signal) => send(this.receiver, head.event, signal),
      () => this.#end(lane, head),
    );
    return done;
  }

  #end(lane: string, head: Waiting): void {
    const attempt = this.#calls.answer(lane) ?? noAnswer;
    this.#calls.forget(lane);
    switch (attempt.kind) {
      case "delivered":
        this.#succeeded(head.event);
        break;
      case "failed":
        this.#failed(head, attempt);
        break;
      case "denied":
        this.#denied(head, attempt.why);
        break;
      case "refused":
        this.#refused(head.event, attempt.why);
    }
    this.#wake(lane);
    const [next] = this.#inLine;
    if (next !== undefined) this.#wake(next);
  }

  #wake(lane: string): void {
    this.#inLine.delete(lane);
    this.#options.wake(this.receiver.name, lane);
  }

  #succeeded({ id, kind }: NewsEvent): void {
    const { now, log } = this.#options;
    const receiver = this.receiver.name;
    this.#outbox.remove(id);
    this.delivered.set(kind, (this.delivered.get(kind) ?? 0) + 1);
    this.lastSuccess = now();
    if (this.isWorking === true) log.debug({ receiver, id }, "news was delivered");
    else log.info({ receiver, id }, "a receiver takes news");
    this.isWorking = true;
  }

  #denied(head: Waiting, why: string): void {
    const deniedSince = head.deniedSince ?? this.#tick;
    if (this.#tick >= plus(deniedSince, denialLasts)) this.#refused(head.event, why);
    else this.#tryLater(head, { why, deniedSince });
  }

  #failed(head: Waiting, { why, retryAfter }: Extract<Attempt, { kind: "failed" }>): void {
    if (retryAfter !== undefined)
      this.#pausedUntil = latest(this.#pausedUntil, plus(this.#tick, retryAfter));
    this.#tryLater(head, { why, retryAfter });
  }

  #tryLater({ event: { id }, failures }: Waiting, failure: Failure): void {
    const { random, log } = this.#options;
    const { why, retryAfter, deniedSince } = failure;
    const notBefore = plus(this.#tick, pauseAfter(failures, random, retryAfter));
    this.#outbox.delay(id, { notBefore, deniedSince });
    this.retries += 1;
    const line = { receiver: this.receiver.name, id, why, failures: failures + 1 };
    if (this.isWorking === false) log.debug(line, "news could not be delivered");
    else log.warn(line, "news could not be delivered, and will be tried again");
    this.isWorking = false;
  }

  #refused(event: NewsEvent, why: string): void {
    this.#outbox.remove(event.id);
    this.isWorking = false;
    this.#drop(event, "Refused", why);
  }

  #drop(dropped: Dropped, reason: DropReason, why: string): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
    const named = "id" in dropped ? { id: dropped.id } : { subject: dropped.subject };
    const line = { receiver: this.receiver.name, ...named, kind: dropped.kind, reason, why };
    this.#options.log.warn(line, "news was dropped");
  }
}

import { type Controller, gone } from "../../runtime/controller.ts";
import type { WorkQueue } from "../../runtime/queue.ts";
import type { NewsItem } from "../item.ts";
import type { Receiver, ReceiverProblem, Receivers } from "../receivers.ts";
import { Courier, type CourierOptions } from "./courier.ts";

/** One courier for each receiver, as the configuration was last read. */
export class Couriers {
  readonly #byName = new Map<string, Courier>();
  #problems: readonly ReceiverProblem[] = [];

  get all(): readonly Courier[] {
    return [...this.#byName.values()];
  }

  /** What of the configuration can't be used. */
  get problems(): readonly ReceiverProblem[] {
    return this.#problems;
  }

  get(name: string): Courier | undefined {
    return this.#byName.get(name);
  }

  /**
   * Takes in a configuration. What waits goes on to a receiver whose url or secret has changed; one
   * that may be sent no more links, or may be from now on, begins from scratch.
   */
  take({ receivers, problems }: Receivers, make: (receiver: Receiver) => Courier): void {
    this.#problems = problems;
    for (const name of this.#byName.keys())
      if (!receivers.some((one) => one.name === name)) this.#byName.delete(name);
    for (const receiver of receivers) {
      const known = this.#byName.get(receiver.name);
      if (known?.receiver.links === receiver.links) known.receiver = receiver;
      else this.#byName.set(receiver.name, make(receiver));
    }
  }

  offer(items: readonly NewsItem[]): void {
    for (const courier of this.all) courier.offer(items);
  }
}

/** Parts the two halves of a key: no name of ours has it. */
const separator = "\n";

/** A courier whose lanes are the keys of this queue. */
export function courierOf(
  receiver: Receiver,
  { queue, ...options }: Omit<CourierOptions, "wake"> & { readonly queue: WorkQueue },
): Courier {
  const wake = (name: string, lane: string) => queue.add(`${name}${separator}${lane}`);
  return new Courier(receiver, { ...options, wake });
}

/** Delivers news. It is a controller, so only a process that leads sends any. */
export function deliveryController(couriers: Couriers, queue: WorkQueue): Controller {
  return {
    name: "news-delivery",
    queue,
    reconcile: async (key) => {
      const [name = "", lane = ""] = key.split(separator);
      return couriers.get(name)?.deliver(lane) ?? gone;
    },
  };
}

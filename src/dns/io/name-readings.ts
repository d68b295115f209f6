import type { Inquiries } from "../../runtime/inquiries.ts";
import type { Instant } from "../../values/time.ts";
import type { NameAsk } from "../lookups.ts";
import { type NameReading, nextReading } from "../reading.ts";
import type { NameLookup } from "./name-lookup.ts";

export interface NameReadingsOptions {
  readonly inquiries: Inquiries<NameReading>;
  readonly lookUp: NameLookup;
  readonly now: () => Instant;
}

/** Whose names share a place among inquiries: those of all slots of a fleet. */
export function fleetOfSubject(subject: string): string {
  return subject.split(" ")[0] ?? subject;
}

/** What resolvers said of names, by fleet (`namespace/name`) and slot. A restart forgets it. */
export class NameReadings {
  readonly #options: NameReadingsOptions;
  readonly #readings = new Map<string, Map<number, NameReading>>();

  constructor(options: NameReadingsOptions) {
    this.#options = options;
  }

  /** The last answers about each slot of a fleet. */
  of(fleet: string): ReadonlyMap<number, NameReading> {
    return new Map(this.#readings.get(fleet));
  }

  /** Asks for a slot's name, unless that is being done; `answered` is called when it was. */
  ask(fleet: string, { slot, host }: NameAsk, answered: () => void): void {
    const { inquiries, lookUp, now } = this.#options;
    // A subject may be logged: it has the slot, and not the name.
    const subject = `${fleet} ${slot}`;
    const own = this.#ownOf(fleet);
    const look = async (): Promise<NameReading> => {
      const answers = await lookUp(host);
      const reading = nextReading(own.get(slot), { host, at: now(), answers });
      // A fleet that was forgotten meanwhile has others, or none.
      own.set(slot, reading);
      return reading;
    };
    inquiries.ask(subject, look, answered);
  }

  #ownOf(fleet: string): Map<number, NameReading> {
    const own = this.#readings.get(fleet) ?? new Map<number, NameReading>();
    this.#readings.set(fleet, own);
    return own;
  }

  /** Drops what is known: the fleet is gone. */
  forget(fleet: string): void {
    for (const slot of this.of(fleet).keys()) this.#options.inquiries.forget(`${fleet} ${slot}`);
    this.#readings.delete(fleet);
  }
}

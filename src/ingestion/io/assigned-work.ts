import type { VantagePoint } from "../../api/vantage-point.ts";
import {
  type MeasuredCaches,
  fleetAddresses,
  readVantagePoints,
} from "../../reachability/io/vantage-points.ts";
import { type Measuring, targetsOf } from "../../reachability/targets.ts";
import type { IngestionSettings } from "../settings.ts";
import type { Work } from "../vantage-points.ts";
import { workOf } from "../work.ts";

export interface AssignedWorkOptions {
  readonly caches: MeasuredCaches;
  readonly settings: Pick<IngestionSettings, "elsewhere" | "addresses">;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

/** Whole fleets are looked at once for all that agents ask within this time (ms). */
const lookLastsMs = 1_000;

/** What agents are asked to do, from what the caches hold. */
export class AssignedWork {
  readonly #options: AssignedWorkOptions;
  #look: (Omit<Measuring, "vantagePoint"> & { readonly untilMs: number }) | undefined;

  constructor(options: AssignedWorkOptions) {
    this.#options = options;
  }

  of(vantagePoint: VantagePoint): Work {
    const targets = targetsOf({ ...this.#current(), vantagePoint });
    return workOf(vantagePoint, targets, this.#options.settings);
  }

  #current(): Omit<Measuring, "vantagePoint"> {
    const { caches, clock } = this.#options;
    const nowMs = clock();
    if (this.#look === undefined || nowMs >= this.#look.untilMs)
      this.#look = {
        all: readVantagePoints(caches),
        fleets: fleetAddresses(caches),
        untilMs: nowMs + lookLastsMs,
      };
    return this.#look;
  }
}

import type { Random } from "../../values/random.ts";
import type { Agenda } from "../world/agenda.ts";
import type { Road } from "../world/road.ts";

/** The operator, with its defaults or with some of them changed. */
export interface OwnPolicy {
  readonly kind: "ours";
  readonly name: string;
  readonly about: string;
  /** What differs from the API's defaults. */
  readonly fleet?: { readonly [part: string]: object };
  readonly pool?: object;
  /** Nobody measures: only what people report is known. */
  readonly unmeasured?: true;
  /** A person hears of complaints, and reports blocks by hand. */
  readonly admin?: true;
  /** All addresses lie in one network. */
  readonly oneNetwork?: true;
}

/** What others do. */
export interface RivalPolicy {
  readonly kind: "rival";
  readonly name: string;
  readonly about: string;
  readonly begin: (stage: RivalStage) => void;
}

export type Policy = OwnPolicy | RivalPolicy;

/** What a rival has to work with. */
export interface RivalStage {
  readonly agenda: Agenda;
  readonly road: Road;
  readonly groups: number;
  /** All addresses that it may use, in their order. */
  readonly addresses: readonly string[];
  readonly random: Random;
  /** Calls `act` with a group that complained, some time after it did. */
  readonly onComplaint: (act: (group: number) => void) => void;
  readonly moved: (cause: "age" | "blocked") => void;
}

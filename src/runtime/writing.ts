import type { Applier, AppliedMarks } from "../kubernetes/applier.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import type { Rivals } from "../kubernetes/rivals.ts";
import type { ObjectStates } from "./object-states.ts";
import type { Pacer } from "./pacer.ts";
import type { Preconditions } from "./preconditions.ts";
import type { RefusedWrites } from "./refused-writes.ts";
import type { StatusFields } from "./status-fields.ts";
import type { StoreOf } from "./store-of.ts";

/** The calls to the API server that effects are carried out with. */
export type EffectClient = Pick<
  ApiClient,
  "create" | "get" | "list" | "apply" | "patch" | "delete" | "evict"
>;

export interface PlanApplierOptions {
  readonly client: EffectClient;
  readonly storeOf: StoreOf;
  readonly events: Pick<EventRecorder, "record">;
  readonly marks: AppliedMarks;
  readonly statusFields: Pick<StatusFields, "writable" | "learn">;
  /** Never goes back (ms). */
  readonly clock: () => number;
}

/** All that writing an effect takes: some of it serves all plans, some of it one. */
export interface Writing extends PlanApplierOptions {
  /** Whose plan it is: its controller and its object. */
  readonly key: string;
  readonly applier: Applier;
  readonly rivals: Rivals;
  readonly refusedWrites: RefusedWrites;
  readonly preconditions: Preconditions;
  readonly pacer: Pacer;
  readonly states: ObjectStates;
}

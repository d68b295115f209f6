import type { EventNote } from "../kubernetes/events.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import {
  type ObjectKey,
  type ObjectState,
  type Resource,
  keyOf,
  keyText,
} from "../kubernetes/resource.ts";
import type { Pacing } from "./pacer.ts";

/** What all effects have. `id` names it within its plan. */
interface EffectBase {
  readonly id: string;
  /** Effects before it in its plan that must have been carried out first. */
  readonly needs?: readonly string[];
  /**
   * Effects before it that make it obsolete where all of them changed something: it is left to the
   * next pass then, which comes at once and sees what they did.
   */
  readonly unless?: readonly string[];
  /** A mere speed-up: that it failed is logged, and neither reported nor tried again by itself. */
  readonly optional?: true;
}

/** Creates an object. That its name is taken is a conflict: the next pass chooses again. */
export interface CreateEffect extends EffectBase {
  readonly kind: "create";
  readonly of: Resource<KubeObject>;
  readonly object: KubeObject;
  readonly fieldManager: string;
  readonly preconditions?: readonly Precondition[];
}

/**
 * Makes an object have these fields (server-side apply). With `state` it must be there, in that very
 * state; without, it is created where it is missing, and left alone where nothing differs.
 */
export interface ApplyEffect extends EffectBase {
  readonly kind: "apply";
  readonly of: Resource<KubeObject>;
  readonly object: KubeObject;
  readonly fieldManager: string;
  readonly state?: ObjectState;
  readonly subresource?: "status";
}

/**
 * Changes metadata, and fields of data, of one very state of an object, whoever owns it. That it is
 * gone is no error.
 */
export interface PatchEffect extends EffectBase {
  readonly kind: "patch";
  readonly of: Resource<KubeObject>;
  readonly key: ObjectKey;
  readonly state: ObjectState;
  readonly metadata: object;
  /** Of a Secret: these fields alone, in base64. */
  readonly data?: Readonly<Record<string, string>>;
  readonly fieldManager: string;
  readonly preconditions?: readonly Precondition[];
}

/** Deletes an object in the very state that was judged. That it is gone is no error. */
export interface DeleteEffect extends EffectBase {
  readonly kind: "delete";
  readonly of: Resource<KubeObject>;
  readonly key: ObjectKey;
  readonly state: ObjectState;
}

/** Asks for the end of a pod with respect for its PodDisruptionBudget. */
export interface EvictEffect extends EffectBase {
  readonly kind: "evict";
  readonly of: Resource<KubeObject>;
  readonly key: ObjectKey;
  readonly state: ObjectState;
  readonly because: string;
}

/** Writes the part of an object's status that a field manager owns, where it says something new. */
export interface StatusEffect extends EffectBase {
  readonly kind: "status";
  readonly of: Resource<KubeObject>;
  /** The object, in the state that the status was decided on. */
  readonly about: KubeObject;
  /** The same part of the status as it is now. */
  readonly before: unknown;
  readonly status: object;
  readonly fieldManager: string;
  /** How long it may wait; absent: it is written at once. */
  readonly pacing?: Pacing;
}

/** Writes Events, once all that it needs has changed something: an Event reports what was done. */
export interface EventEffect extends EffectBase {
  readonly kind: "event";
  readonly about: KubeObject;
  readonly notes: readonly EventNote[];
}

/** One write that a plan asks for, as plain data. */
export type Effect =
  | CreateEffect
  | ApplyEffect
  | PatchEffect
  | DeleteEffect
  | EvictEffect
  | StatusEffect
  | EventEffect;

/** What must hold on the server when an object is written, beyond what its name and state say. */
export type Precondition = NoOthers | AtMost;

/**
 * Of the objects with these labels, or of those that a cache's index files under a value, the server
 * has none beside `names`: no cache was behind.
 */
export interface NoOthers {
  readonly kind: "noOthers";
  readonly of: Resource<KubeObject>;
  readonly labelSelector?: string;
  readonly filed?: { readonly index: string; readonly value: string };
  readonly names: readonly string[];
}

/** At most so many objects are filed under this value of a cache's index, those under way included. */
export interface AtMost {
  readonly kind: "atMost";
  readonly of: Resource<KubeObject>;
  readonly index: string;
  readonly value: string;
  readonly count: number;
}

/** Where an effect's object lies. */
export function placeOf(effect: Effect): EffectPlace {
  switch (effect.kind) {
    case "create":
    case "apply":
      return { kind: effect.of.kind, key: keyOf(effect.object) };
    case "status":
      return { kind: effect.of.kind, key: keyOf(effect.about) };
    case "event":
      return { kind: "Event", key: { ...keyOf(effect.about), name: effect.id } };
    case "patch":
    case "delete":
    case "evict":
      return { kind: effect.of.kind, key: effect.key };
  }
}

export interface EffectPlace {
  readonly kind: string;
  readonly key: ObjectKey;
}

/** An effect's object in words, for messages: `Deployment proxies/family-proxy`. */
export function objectName(effect: Effect): string {
  const { kind, key } = placeOf(effect);
  return `${kind} ${keyText(key)}`;
}

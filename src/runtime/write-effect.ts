import {
  ConflictError,
  NotFoundError,
  UndeclaredFieldError,
  isRefusal,
} from "../kubernetes/errors.ts";
import { ProxyfleetError } from "../values/errors.ts";
import { present } from "../values/present.ts";
import { hashOfObject, isSame } from "../kubernetes/difference.ts";
import type { KubeObject } from "../kubernetes/objects.ts";
import { keyOf, keyText, stateOf } from "../kubernetes/resource.ts";
import { rivalryOver } from "../kubernetes/rivals.ts";
import type { Store } from "../kubernetes/store.ts";
import type {
  ApplyEffect,
  CreateEffect,
  DeleteEffect,
  Effect,
  EvictEffect,
  PatchEffect,
  StatusEffect,
} from "./effect.ts";
import type { EffectResult } from "./effect-result.ts";
import type { Writing } from "./writing.ts";

/** An effect applies to a kind that no cache follows: a fault of the program. */
export class NoCacheError extends ProxyfleetError {}

const applied = { kind: "applied" } as const;
const unchanged = { kind: "unchanged" } as const;

/** Writes one effect. @throws errors of the API client */
export async function writeEffect(effect: Effect, writing: Writing): Promise<EffectResult> {
  switch (effect.kind) {
    case "create":
      return create(effect, writing);
    case "apply":
      return apply(effect, writing);
    case "patch":
      return patch(effect, writing);
    case "delete":
      return remove(effect, writing);
    case "evict":
      return evict(effect, writing);
    case "status":
      return writeStatus(effect, writing);
    case "event":
      return applied; // recorded at the end of the plan, together with others of its object
  }
}

async function create(effect: CreateEffect, writing: Writing): Promise<EffectResult> {
  const { of, object, fieldManager, preconditions = [] } = effect;
  const { client, storeOf } = writing;
  try {
    const made = await writing.preconditions.holding(preconditions, async () =>
      client.create(of, object, fieldManager),
    );
    storeOf(of)?.recordWrite(made);
    return applied;
  } catch (error) {
    if (error instanceof ConflictError) await learn(effect, writing);
    throw error;
  }
}

/** The name is taken by an object that the cache may not have yet: the next pass must see it. */
async function learn({ of, object }: CreateEffect, { client, storeOf }: Writing): Promise<void> {
  const taken = await client.get(of, object.metadata);
  if (taken !== undefined) storeOf(of)?.recordWrite(taken);
}

async function apply(effect: ApplyEffect, writing: Writing): Promise<EffectResult> {
  const { of, object, state } = effect;
  if (state !== undefined) return applyToState({ ...effect, state }, writing);
  const store = writing.storeOf(of);
  if (store === undefined)
    throw new NoCacheError(`no cache follows ${of.plural}: an apply would not know what is there`);
  const live = store.get(object.metadata);
  if (live !== undefined && writing.applier.isChangedByOthers(object, live)) {
    const contested = await contest({ effect, live }, writing);
    if (contested !== undefined) return contested;
  }
  return applyUnlessRefused(effect, { live, store }, writing);
}

interface Target {
  readonly live: KubeObject | undefined;
  readonly store: Store<KubeObject>;
}

/** What the server refused a moment ago fails again, without a call. */
async function applyUnlessRefused(
  effect: ApplyEffect,
  { live, store }: Target,
  { applier, refusedWrites }: Writing,
): Promise<EffectResult> {
  const { of, object, fieldManager } = effect;
  if (live !== undefined && !applier.differs(object, live)) return unchanged;
  const [place, content] = [`${of.plural} ${keyText(object.metadata)}`, hashOfObject(object)];
  const known = refusedWrites.of(place, content);
  if (known !== undefined) return { kind: "failed", error: known.error };
  try {
    const end = await applier.apply(object, { of, store, fieldManager });
    refusedWrites.written(place);
    return { kind: end };
  } catch (error) {
    if (isRefusal(error)) refusedWrites.refused(place, content, error);
    throw error;
  }
}

interface Contested {
  readonly effect: ApplyEffect;
  readonly live: KubeObject;
}

/** Whether what others changed stays so for now. Who they are is asked before they are set back. */
async function contest(
  { effect: { of, object, fieldManager }, live }: Contested,
  { client, rivals }: Writing,
): Promise<EffectResult | undefined> {
  const { uid = "" } = live.metadata;
  const ms = rivals.waitMs(uid);
  const known = rivals.of(uid);
  if (ms > 0 && known !== undefined) return { kind: "contested", ms, rivalry: known };
  const found = rivals.isAgain(uid) ? await client.get<KubeObject>(of, keyOf(object)) : undefined;
  const nobody = { writers: [], fields: [] };
  rivals.setBack(uid, found === undefined ? nobody : rivalryOver(object, found, fieldManager));
  return undefined;
}

type ApplyToState = ApplyEffect & Required<Pick<ApplyEffect, "state">>;

async function applyToState(effect: ApplyToState, writing: Writing): Promise<EffectResult> {
  const { of, object, fieldManager, state, subresource } = effect;
  const { client, states, storeOf } = writing;
  const metadata = { ...object.metadata, ...states.expected(state) };
  const answer = await client.apply(of, { ...object, metadata }, { fieldManager, subresource });
  states.wrote(state, answer);
  storeOf(of)?.recordWrite(answer);
  return applied;
}

async function patch(
  effect: PatchEffect,
  { client, states, storeOf, preconditions: all }: Writing,
): Promise<EffectResult> {
  const { of, key, state, metadata, data, fieldManager, preconditions = [] } = effect;
  try {
    const answer = await all.holding(preconditions, async () =>
      client.patch<KubeObject>(of, key, {
        state: states.expected(state),
        change: present({ metadata, data }),
        fieldManager,
      }),
    );
    states.wrote(state, answer);
    storeOf(of)?.recordWrite(answer);
    return applied;
  } catch (error) {
    // The cache is behind: the object is gone already.
    if (error instanceof NotFoundError) return unchanged;
    throw error;
  }
}

async function remove(
  { of, key, state }: DeleteEffect,
  { client, states }: Writing,
): Promise<EffectResult> {
  await client.delete(of, key, states.expected(state));
  return applied;
}

async function evict({ of, key, state }: EvictEffect, { client }: Writing): Promise<EffectResult> {
  await client.evict(of, key, state);
  return applied;
}

async function writeStatus(effect: StatusEffect, writing: Writing): Promise<EffectResult> {
  const { before, pacing, of } = effect;
  const { pacer, key, statusFields } = writing;
  const { status, untilMs } = statusFields.writable(of, effect.status);
  const again = present({ againMs: untilMs });
  if (isSame(before, status)) {
    pacer.settled(key);
    return { kind: "unchanged", ...again };
  }
  const ms = pacer.waitMs(key, contentOf(status), pacing);
  if (ms > 0) return { kind: "waits", ms };
  try {
    await applyStatus({ ...effect, status }, writing);
  } catch (error) {
    if (!(error instanceof UndeclaredFieldError)) throw error;
    await statusFields.learn(of);
    if (isSame(statusFields.writable(of, effect.status).status, status)) throw error;
    return writeStatus(effect, writing);
  }
  pacer.written(key);
  return { kind: "applied", ...again };
}

async function applyStatus(effect: StatusEffect, writing: Writing): Promise<EffectResult> {
  const { id, of, about, status, fieldManager } = effect;
  const { apiVersion, kind, metadata } = about;
  const { name, namespace } = metadata;
  const place = namespace === undefined ? { name } : { name, namespace };
  const object = { apiVersion, kind, metadata: place, status };
  const state = stateOf(about);
  return applyToState(
    { kind: "apply", id, of, object, fieldManager, state, subresource: "status" },
    writing,
  );
}

/** What a status says. When it came about counts from its writing on. */
function contentOf(status: object): string {
  return JSON.stringify(status, (field, value: unknown) =>
    field === "lastTransitionTime" ? undefined : value,
  );
}

import { type Finding, conditionsFrom } from "../api/findings.ts";
import { fieldManagers } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { storedStatus } from "../api/stored-status.ts";
import { type Deletion, isDeletionAsked } from "../cluster/deletion.ts";
import type { CustomObject, Service } from "../kubernetes/objects.ts";
import type { Effect } from "../runtime/effect.ts";
import { type Context, type Plan, planOf } from "../runtime/plan.ts";
import { type Instant, plus, seconds } from "../values/time.ts";
import type { AddressAsk } from "./asks.ts";
import { finishing, removing } from "./effects.ts";
import { type Predecessor, type Wait, waitForSuccessor } from "./successor.ts";

/** An entry that this version can't read, as one of a newer version may be after a rollback. */
export interface UnreadableAddress extends Predecessor {
  readonly raw: CustomObject;
  /** What is wrong with it: field, value and remedy. */
  readonly problem: string;
  /** Whether a person wishes for the end of the entry. */
  readonly deletion: Deletion;
  /** Its Services, in the namespace of its fleet. */
  readonly services: readonly Service[];
}

/** A Service that is asked to go is looked at again after this time. */
const lookAgain = seconds(5);

/**
 * The next step of an entry that can't be read. People may use its address, so it is left alone, and
 * says so. A person who deletes it ends it, as any other: once its slot has another address.
 */
export function decideUnreadable(
  observed: UnreadableAddress,
  { now, clocksDiffer = false }: Context,
): Plan<AddressAsk> {
  const { raw, deletion, services } = observed;
  const asks: readonly AddressAsk[] = isDeletionAsked(deletion, now) ? [{ kind: "deletion" }] : [];
  if (deletion.kind !== "wished") {
    const requeueAt = deletion.kind === "held" ? deletion.askAgainAt : undefined;
    return planOf({ effects: reports(observed, advice, now), asks, requeueAt });
  }
  const wait = waitForSuccessor(observed, { now, clocksDiffer });
  if (wait !== undefined) return waiting(observed, wait, now);
  if (services.length === 0) return planOf({ effects: [finishing({ raw })] });
  return planOf({ effects: removing(services), requeueAt: plus(now, lookAgain) });
}

function waiting(observed: UnreadableAddress, wait: Wait, now: Instant): Plan<AddressAsk> {
  const words = `It is being deleted, and waits: ${wait.because}`;
  return planOf({ effects: reports(observed, words, now), requeueAt: wait.until });
}

const advice =
  "It is left alone: its address counts as in use, and its slot takes another one. Correct the field, run a version of the operator that knows it, or delete this ProxyAddress";

/** Says so in a condition, which keeps what else the status says, and once in an Event. */
function reports(
  { raw, problem }: UnreadableAddress,
  words: string,
  now: Instant,
): readonly Effect[] {
  const { status, conditions: before } = storedStatus(raw);
  const { reachability: _others, ...own } = status;
  const message = `${problem}. ${words}`;
  const stalled: Finding = { status: "True", reason: "InvalidSpec", message };
  const generation = raw.metadata.generation ?? 0;
  const said = conditionsFrom({ Stalled: stalled }, { before, generation, now });
  const kept = before.filter(({ type }) => type !== "Stalled");
  const write: Effect = {
    kind: "status",
    id: "status",
    of: resources.addresses,
    about: raw,
    before: own,
    status: { ...own, conditions: [...kept, ...said] },
    fieldManager: fieldManagers.address,
  };
  const notes = [{ type: "Warning", reason: "InvalidSpec", message } as const];
  const event: Effect = { kind: "event", id: "event", about: raw, notes, needs: [write.id] };
  return kept.length < before.length ? [write] : [write, event];
}

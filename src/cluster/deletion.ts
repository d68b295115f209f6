import type { KubeObject } from "../kubernetes/objects.ts";
import { type Instant, plus, seconds } from "../values/time.ts";

/** What the server said when it was asked why an object is being deleted. */
export interface DeletionAnswer {
  /** The object's uid: another one of that name is asked about again. */
  readonly uid: string;
  /** CustomResourceDefinitions of ours that are being deleted, or gone. */
  readonly definitions: readonly string[];
  /** Why the CustomResourceDefinitions could not be read, in a sentence. */
  readonly unread: string | undefined;
  readonly at: Instant;
}

/**
 * Whether an object's deletion is what a person wants. Where a CustomResourceDefinition of ours is
 * being deleted, Kubernetes deletes all objects of the kind: nobody wished for the end of each.
 */
export type Deletion =
  | { readonly kind: "none" }
  /** It is being deleted, and the server was not asked yet why: nothing follows from it. */
  | { readonly kind: "unconfirmed" }
  | { readonly kind: "wished" }
  | {
      readonly kind: "held";
      readonly message: string;
      /** When to ask again, where another answer may come. */
      readonly askAgainAt: Instant | undefined;
    };

/** An answer that could not be had is asked for again after this time. */
const askAgain = seconds(30);

/** What the deletion of an object means, as far as the server was asked. */
export function deletionOf({ metadata }: KubeObject, answer: DeletionAnswer | undefined): Deletion {
  if (metadata.deletionTimestamp === undefined) return { kind: "none" };
  if (answer === undefined || answer.uid !== metadata.uid) return { kind: "unconfirmed" };
  const { definitions, unread, at } = answer;
  if (definitions.length > 0)
    return { kind: "held", message: heldFor(definitions), askAgainAt: undefined };
  if (unread === undefined) return { kind: "wished" };
  return { kind: "held", message: unread, askAgainAt: plus(at, askAgain) };
}

/** Whether the server has to be asked, for the first time or again. */
export function isDeletionAsked(deletion: Deletion, now: Instant): boolean {
  if (deletion.kind === "unconfirmed") return true;
  return deletion.kind === "held" && (deletion.askAgainAt ?? now + 1) <= now;
}

function heldFor(definitions: readonly string[]): string {
  const names = definitions.join(", ");
  return `the CustomResourceDefinition ${names} is being deleted, so nothing of the fleet is ended: people are still served. Make a backup of pools, ledger and fleets now, then follow "The CRDs were deleted" in the runbook`;
}

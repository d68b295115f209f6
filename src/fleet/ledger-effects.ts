import { fieldManagers, fleetLabel, fleetNamespaceLabel } from "../api/names.ts";
import * as resources from "../api/resources.ts";
import { stateOf } from "../kubernetes/resource.ts";
import { shareLimit } from "../ledger/share-limit.ts";
import type { Claim } from "../rotation/claim.ts";
import { claimManifest, retiredManifest } from "../rotation/manifests.ts";
import type { Retirement } from "../rotation/retire.ts";
import type { Effect, NoOthers } from "../runtime/effect.ts";
import type { Entry, LiveFleet } from "./observed.ts";

const of = resources.addresses;

/** Names the effect that takes an address. */
export function claimId({ name }: Pick<Claim, "name">): string {
  return `claim ${name}`;
}

/** Names the effect that retires an entry. */
export function retireId({ name }: Pick<Retirement, "name">): string {
  return `retire ${name}`;
}

/**
 * Takes addresses, by creating their entries. The cache may lag behind claims made just before a
 * crash, so the ledger of the server must hold no other entries of this fleet; and fleets that claim
 * side by side must not take more than their namespace may have.
 */
export function claimEffects(
  { observed, fleet }: LiveFleet,
  claims: readonly Claim[],
  needs: readonly string[],
): readonly Effect[] {
  const { namespace, name, uid } = fleet.metadata;
  const known: NoOthers = {
    kind: "noOthers",
    of,
    labelSelector: `${fleetNamespaceLabel}=${namespace},${fleetLabel}=${name}`,
    // An entry whose labels are wrong is another fleet's: no plan of this one would ever know it.
    filed: { index: "fleet", value: `${namespace}/${name}` },
    names: [
      ...[...observed.own, ...observed.orphans].map(({ view }) => view.name),
      ...observed.unreadable.map(({ name }) => name),
    ],
  };
  return claims.map((claim) => ({
    kind: "create",
    id: claimId(claim),
    of,
    object: claimManifest({ namespace, name, uid }, fleet.spec.listeners, claim),
    fieldManager: fieldManagers.fleet,
    preconditions: [
      ...shareLimit(observed.poolSpecs.get(claim.pool)?.perNamespace ?? 0, {
        pool: claim.pool,
        namespace,
      }),
      known,
    ],
    needs: claim.insteadOf === undefined ? needs : [...needs, retireId({ name: claim.insteadOf })],
  }));
}

/** Takes entries a step towards their end, in the very state that was judged. */
export function retireEffects(
  entries: readonly Entry[],
  steps: readonly Retirement[],
): readonly Effect[] {
  return steps.flatMap((step): readonly Effect[] => {
    const found = entries.find(({ view }) => view.name === step.name);
    if (found === undefined) return [];
    const { entry } = found;
    const object = retiredManifest(entry, step);
    const fieldManager = fieldManagers.fleet;
    return [{ kind: "apply", id: retireId(step), of, object, fieldManager, state: stateOf(entry) }];
  });
}

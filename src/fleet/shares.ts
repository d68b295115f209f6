import type { Finding } from "../api/findings.ts";
import { fieldManagers } from "../api/names.ts";
import { ownSecrets } from "../cluster/own-secrets.ts";
import { secrets } from "../kubernetes/builtin.ts";
import { hashOf } from "../kubernetes/difference.ts";
import type { CustomObject, Secret } from "../kubernetes/objects.ts";
import type { AddressView } from "../ledger/view.ts";
import type { Effect, EventEffect, PatchEffect } from "../runtime/effect.ts";
import { type ShareSecrets, keySecretPlace, renewalData } from "../share/key-secret.ts";
import { type RenewalRequest, renewalRequest } from "../share/renewals.ts";
import { type ShareContent, shareSecret } from "../share/secret.ts";
import { slotSharesOf } from "../share/slot-shares.ts";
import { type Instant, parseInstant, plus, seconds } from "../values/time.ts";
import { applyEffect, ownerOf, unlessMade } from "./children.ts";
import { isEnding } from "./deletion.ts";
import type { LiveFleet } from "./observed.ts";

type OpenRenewal = Extract<RenewalRequest, { kind: "open" }>;

const renewalId = "renewal of pages";

/**
 * Keeps the Secret with what a fleet's groups are to know as what is published, and notes renewals
 * that somebody asked for: pages have their new paths in the pass that sees these, so that a renewal
 * which is refused keeps no fresh address from its group. Nothing while the key is not known: another one would change
 * all paths.
 * @param addresses the fleet's own
 */
export function shareEffects(
  live: LiveFleet,
  { addresses, now }: { readonly addresses: readonly AddressView[]; readonly now: Instant },
): readonly Effect[] {
  const { observed, fleet } = live;
  const { shareSecrets } = observed;
  if (shareSecrets === undefined) return [];
  if (isEnding(observed)) return emptied(live);
  const { key, renewals } = shareSecrets;
  const request = renewalRequest(fleet, renewals);
  const renewal = request.kind === "open" ? renewalEffects(live, shareSecrets, request) : [];
  const shares = slotSharesOf({ fleet, entries: addresses, key, renewals });
  const isEmpty = shares.every(({ published }) => published === undefined);
  if (isEmpty && secretDueAt(live, now) !== undefined) return renewal;
  const object = desiredSecret(live, { shares, pages: fleet.spec.share.page });
  return [...renewal, ...applyEffect("share secret", secrets, { object })];
}

/** A fleet's first address is published within this time, or something is in its way. */
const firstAddressWithin = seconds(30);

/**
 * When a new fleet gets its Secret at the latest, though it holds no link yet: until then it is
 * written once, with the first address, instead of four requests. Undefined where it is due, or
 * there. A clock that differs from the API server's makes it due.
 */
export function secretDueAt({ observed, fleet }: LiveFleet, now: Instant): Instant | undefined {
  const createdAt = parseInstant(fleet.metadata.creationTimestamp);
  if (observed.children.share !== undefined || createdAt === undefined || createdAt > now)
    return undefined;
  const dueAt = plus(createdAt, firstAddressWithin);
  return dueAt > now ? dueAt : undefined;
}

/** Of a fleet that ends, nothing may be used any more, however long its end takes. */
function emptied(live: LiveFleet): readonly Effect[] {
  if (live.observed.children.share === undefined) return [];
  const object = desiredSecret(live, { shares: [], pages: false });
  return applyEffect("share secret", secrets, { object });
}

function desiredSecret({ observed, fleet }: LiveFleet, content: ShareContent): Secret | undefined {
  const inputs = hashOf([fleet.metadata.uid, content]);
  return unlessMade(observed.children.share, inputs, () => shareSecret(ownerOf(fleet), content));
}

function renewalEffects(
  { observed: { raw, settings } }: LiveFleet,
  { state }: ShareSecrets,
  request: OpenRenewal,
): readonly [PatchEffect, EventEffect] {
  const patch: PatchEffect = {
    kind: "patch",
    id: renewalId,
    of: ownSecrets,
    key: keySecretPlace(settings.operatorNamespace),
    state,
    metadata: {},
    data: renewalData(request.renewals),
    fieldManager: fieldManagers.share,
  };
  return [patch, renewedEvent(raw, request)];
}

function renewedEvent(about: CustomObject, { slots }: OpenRenewal): EventEffect {
  const which = slots.length === 1 ? `slot ${slots.join()}` : `slots ${slots.join(", ")}`;
  const message = `${which}: share pages have new paths, and the old ones lead nowhere; the Secret has the new ones`;
  const notes = [{ type: "Normal", reason: "PageRenewed", message } as const];
  return { kind: "event", id: `event of ${renewalId}`, about, notes, needs: [renewalId] };
}

/** Says why the annotation renew-page has no effect, where it has none. */
export function renewalWithoutEffect({ observed, fleet }: LiveFleet): Finding | undefined {
  const { shareSecrets } = observed;
  if (shareSecrets === undefined) return undefined;
  const request = renewalRequest(fleet, shareSecrets.renewals);
  if (request.kind !== "refused") return undefined;
  return { status: "True", reason: "RenewalRefused", message: request.why };
}

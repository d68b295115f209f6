import type { CustomObject } from "../kubernetes/objects.ts";
import { claimManifest } from "../rotation/manifests.ts";
import type { WhatsAppProxy } from "../api/fleet.ts";
import type { Claim } from "../rotation/claim.ts";
import * as custom from "../api/resources.ts";
import { ConflictError } from "../kubernetes/errors.ts";
import { fieldManagers, fleetLabel, fleetNamespaceLabel } from "../api/names.ts";
import type { Environment } from "../cluster/environment.ts";
import { isOrphan } from "../ledger/orphan.ts";
import type { ClaimsUnderWay } from "./claims-under-way.ts";
import type { LivePlan } from "./decide.ts";
import type { ObservedFleet } from "./observe.ts";

/**
 * Takes the addresses of a plan, all or some of them. The cache may lag behind claims made just
 * before a crash, so the server is asked first.
 * @throws ConflictError where one is taken, where the ledger holds more than the plan knew, or
 * where fleets side by side would take more than their namespace may have: the next plan sees it
 */
export async function claimAddresses(
  observed: ObservedFleet,
  { fleet, rotation: { claims } }: LivePlan,
  underWay: ClaimsUnderWay,
  environment: Environment,
): Promise<void> {
  expectNoLostEntries(fleet, environment);
  await underWay.counted(fleet.metadata.namespace, claims, observed.poolSpecs, async () => {
    await expectNoOtherClaims(observed, fleet, environment);
    const ends = await Promise.allSettled(
      claims.map(async (claim) => take(claim, fleet, environment)),
    );
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  });
}

async function take(
  claim: Claim,
  { metadata, spec }: WhatsAppProxy,
  { client, caches }: Environment,
): Promise<void> {
  const { namespace, name, uid } = metadata;
  const manifest = claimManifest({ namespace, name, uid }, spec.listeners, claim);
  try {
    caches.addresses.recordWrite(
      await client.create<CustomObject>(custom.addresses, manifest, fieldManagers.fleet),
    );
  } catch (error) {
    if (error instanceof ConflictError) await learn(claim, { client, caches });
    throw error;
  }
}

/** The address is taken by an entry that the cache does not have yet: the next plan must see it. */
async function learn(
  claim: Claim,
  { client, caches }: Pick<Environment, "client" | "caches">,
): Promise<void> {
  const taken = await client.get<CustomObject>(custom.addresses, { name: claim.name });
  if (taken !== undefined) caches.addresses.recordWrite(taken);
}

/**
 * A Service whose entry is lost is adopted back or deleted first: it holds an address, and may
 * serve a slot.
 */
function expectNoLostEntries({ metadata }: WhatsAppProxy, { caches }: Environment): void {
  const lost = caches.services
    .by("fleet", `${metadata.namespace}/${metadata.name}`)
    .find((service) => isOrphan(service, caches));
  if (lost !== undefined)
    throw new ConflictError("claim", {
      status: 409,
      reason: "EntryLost",
      message: `Service ${lost.metadata.name} has lost its ledger entry, which is mended first`,
    });
}

async function expectNoOtherClaims(
  { entries }: ObservedFleet,
  { metadata }: WhatsAppProxy,
  { client, caches }: Environment,
): Promise<void> {
  const labelSelector = `${fleetNamespaceLabel}=${metadata.namespace},${fleetLabel}=${metadata.name}`;
  const { items } = await client.list(custom.addresses, { labelSelector });
  const known = new Set(entries.map(({ metadata: { name } }) => name));
  const unknown = items.filter((item) => !known.has(item.metadata.name));
  for (const item of unknown) caches.addresses.recordWrite(item);
  if (unknown.length > 0)
    throw new ConflictError("claim", {
      status: 409,
      reason: "CacheBehind",
      message: `the ledger holds ${unknown.length} more entries of ${metadata.namespace}/${metadata.name} than were known`,
    });
}

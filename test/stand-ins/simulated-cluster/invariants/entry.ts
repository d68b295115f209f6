import type { ProxyAddressSpec, ProxyAddressStatus } from "../../../../src/api/proxy-address.ts";
import { addressFinalizer } from "../../../../src/api/names.ts";
import * as custom from "../../../../src/api/resources.ts";
import type { SimulatedApiServer, StoredChange } from "../../../../src/simulator/server/server.ts";

/** A ledger entry as the server has it. The server let it in, so it has the shape of its kind. */
export interface Entry {
  readonly name: string;
  readonly spec: ProxyAddressSpec;
  readonly status: ProxyAddressStatus | undefined;
  readonly createdAt: string;
  readonly isDeleting: boolean;
  /** It was made again from its Service. A claim is born with a finalizer. */
  readonly isAdopted: boolean;
}

/** The entry in a stored object. */
export function entryOf({ metadata, ...parts }: StoredChange["after"]): Entry {
  const { spec, status } = parts as unknown as Pick<Entry, "spec" | "status">;
  const { name, creationTimestamp: createdAt, deletionTimestamp, finalizers = [] } = metadata;
  const isDeleting = deletionTimestamp !== undefined;
  const isAdopted = !isDeleting && !finalizers.includes(addressFinalizer);
  return { name, spec, status, createdAt, isDeleting, isAdopted };
}

/** The whole ledger, as it is now. */
export function ledger(server: SimulatedApiServer): readonly Entry[] {
  return server.list(custom.addresses).map(entryOf);
}

/** Whether people may be told of it: it serves, and is to go on. */
export function isPublished({ spec, status }: Entry): boolean {
  return spec.want === "Serve" && status?.phase === "Serving";
}

/** Why an address was found to be of no use, in the address controller's condition. */
function verifiedReason({ status }: Entry): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Verified")?.reason;
}

/** An address that the ledger held already when its provider gave it. */
export function isRepeat(entry: Entry): boolean {
  return verifiedReason(entry) === "Repeat" || entry.spec.retiredBecause === "Repeat";
}

/** An address on its way to its people. */
export function isInMaking(entry: Entry): boolean {
  const phase = entry.status?.phase ?? "Provisioning";
  return (
    entry.spec.want === "Serve" &&
    !entry.isDeleting &&
    verifiedReason(entry) !== "Unusable" &&
    entry.status?.fault?.kind !== "Refused" &&
    !isRepeat(entry) &&
    (phase === "Provisioning" || phase === "Verifying")
  );
}

/** Whether it was ever judged blocked. */
export function isBurnt({ spec, status }: Entry): boolean {
  return (
    spec.retiredBecause === "Blocked" ||
    (status?.reachability ?? []).some(({ verdict }) => verdict === "Blocked")
  );
}

/** The fleet that claims it, as `namespace/name`. */
export function fleetOf({ spec }: Entry): string {
  return `${spec.claimRef.namespace}/${spec.claimRef.name}`;
}

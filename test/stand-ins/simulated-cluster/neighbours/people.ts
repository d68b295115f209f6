import { reportBlockedAnnotation, rotateAtAnnotation } from "../../../../src/api/names.ts";
import * as custom from "../../../../src/api/resources.ts";
import type { ReachabilityVerdict } from "../../../../src/api/proxy-address.ts";
import type { CustomObject } from "../../../../src/kubernetes/objects.ts";
import { type ObjectKey, type Resource, keyOf } from "../../../../src/kubernetes/resource.ts";
import { type Instant, formatInstant } from "../../../../src/values/time.ts";
import type { SimulatedApiServer } from "../../../../src/simulator/server/server.ts";

const kubectl = { manager: "kubectl" };

/** What a person writes: identity and spec. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly spec: unknown;
}

/** What people do, with kubectl or a GitOps tool. What is not there can't be changed, and is left. */
export class SimulatedPeople {
  readonly #server: SimulatedApiServer;
  readonly #now: () => Instant;

  constructor(server: SimulatedApiServer, now: () => Instant) {
    this.#server = server;
    this.#now = now;
  }

  /** Applies a fleet or a pool, for the first time or again. */
  apply(of: Resource<CustomObject>, manifest: Manifest): void {
    this.#server.apply(of, manifest, kubectl);
  }

  /** Asks for a rotation of all slots, or of one. */
  rotate(fleet: ObjectKey, text: string, slot?: number): void {
    const value = slot === undefined ? text : `${slot}@${text}`;
    this.#change(fleet, { metadata: { annotations: { [rotateAtAnnotation]: value } } });
  }

  /** Says that an address is blocked: `<address> <country> <text>`. */
  reportBlocked(fleet: ObjectKey, text: string): void {
    this.#change(fleet, { metadata: { annotations: { [reportBlockedAnnotation]: text } } });
  }

  /** Takes the report back. */
  reportNothing(fleet: ObjectKey): void {
    this.#change(fleet, { metadata: { annotations: { [reportBlockedAnnotation]: null } } });
  }

  /** Wants so many slots. */
  scale(fleet: ObjectKey, count: number): void {
    this.#change(fleet, { spec: { addresses: { count } } });
  }

  pause(fleet: ObjectKey, paused: boolean): void {
    this.#change(fleet, { spec: { paused } });
  }

  /** Changes any part of a fleet's spec (a merge patch). */
  edit(fleet: ObjectKey, spec: object): void {
    this.#change(fleet, { spec });
  }

  /** Deletes a fleet, a pool or a ledger entry. Finalizers are waited for. */
  delete(of: Resource<CustomObject>, key: ObjectKey): void {
    if (this.#server.get(of, key) !== undefined) this.#server.delete(of, key);
  }

  /** Takes the finalizers off a ledger entry and deletes it: the ledger has lost it. */
  loseEntry(name: string): void {
    if (this.#server.get(custom.addresses, { name }) === undefined) return;
    this.#server.patch(
      custom.addresses,
      { name },
      { ...kubectl, change: { metadata: { finalizers: null } } },
    );
    this.delete(custom.addresses, { name });
  }

  /** A measurement's verdict of an address; it replaces those of other countries. */
  measure(name: string, country: string, verdict: ReachabilityVerdict): void {
    if (this.#server.get(custom.addresses, { name }) === undefined) return;
    const since = formatInstant(this.#now());
    const change = { status: { reachability: [{ country, verdict, since }] } };
    this.#server.patch(
      custom.addresses,
      { name },
      { manager: "measurements", subresource: "status", change },
    );
  }

  /** Nothing is said of any address any more. */
  measureNothing(name: string): void {
    const change = { status: { reachability: null } };
    if (this.#server.get(custom.addresses, { name }) !== undefined)
      this.#server.patch(
        custom.addresses,
        { name },
        { manager: "measurements", subresource: "status", change },
      );
  }

  /** All that a backup holds of our kinds: what is being deleted is not in it. */
  backup(): readonly (readonly [of: Resource<CustomObject>, object: Manifest])[] {
    return [custom.pools, custom.fleets, custom.addresses].flatMap((of) =>
      this.#server
        .list(of)
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map((object) => [of, manifestOf(object)] as const),
    );
  }

  /** Creates what a backup holds. Statuses are lost, and uids are new. */
  restore(backup: ReturnType<SimulatedPeople["backup"]>): void {
    for (const [of, manifest] of backup) this.#server.create(of, manifest, kubectl);
  }

  #change(fleet: ObjectKey, change: object): void {
    if (this.#server.get(custom.fleets, fleet) !== undefined)
      this.#server.patch(custom.fleets, fleet, { ...kubectl, change });
  }
}

function manifestOf(object: CustomObject): Manifest {
  const { apiVersion, kind, metadata, spec } = object;
  const { labels, annotations, finalizers } = metadata;
  const kept = Object.fromEntries(
    Object.entries({ labels, annotations, finalizers }).filter(([, value]) => value !== undefined),
  );
  return { apiVersion, kind, metadata: { ...keyOf(object), ...kept }, spec };
}

import { rotateAtAnnotation } from "../../../../src/api/names.ts";
import * as custom from "../../../../src/api/resources.ts";
import { pods, services } from "../../../../src/kubernetes/builtin.ts";
import type { SimulatedCluster, SimulatedProcess } from "../cluster.ts";
import type { SimulatedClient } from "../process/client.ts";
import type { StoredChange } from "../../../../src/simulator/server/server.ts";
import type { StoredObject } from "../../../../src/simulator/server/stored-object.ts";
import { replacesDeleted, wrongWithClaim } from "./claim.ts";
import { Evictions } from "./evictions.ts";
import { type Entry, entryOf, isPublished, ledger } from "./entry.ts";
import { type Fleet, ownEntries, readFleet, requestedSlots } from "./fleet.ts";
import { Memory } from "./memory.ts";
import { wrongNow } from "./state.ts";

const watched: ReadonlySet<string> = new Set(
  [custom.addresses, custom.fleets, services].map(({ plural }) => plural),
);

/**
 * Looks at every change of the cluster, and notes what must never be. It throws nothing: a
 * controller would catch that. The test asks for `violations`.
 */
export class Invariants {
  readonly #cluster: SimulatedCluster;
  readonly #memory = new Memory();
  readonly #evictions: Evictions;
  readonly #lost = new Set<string>();
  readonly #lostAddresses = new Set<string>();
  readonly #restored = new Set<string>();
  readonly #late = new Set<string>();
  readonly #adopted = new Set<string>();
  readonly #violations = new Set<string>();
  #isBlind = false;
  #isLate = false;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
    this.#evictions = new Evictions(cluster);
    cluster.server.onChange((change) => {
      if (!this.#isBlind && change.resource.plural === pods.plural) this.#lookAtPod(change);
      if (!this.#isBlind && watched.has(change.resource.plural)) this.#look(change);
    });
  }

  /** What was wrong so far, each once, in the order in which it came about. */
  get violations(): readonly string[] {
    return [...this.#violations];
  }

  /** A person loses an entry of the ledger; its Service is left until the operator sees it. */
  loseEntry(name: string): void {
    const entry = ledger(this.#cluster.server).find((each) => each.name === name);
    if (entry === undefined) return;
    this.#lost.add(name);
    if (entry.spec.address !== undefined) this.#lostAddresses.add(entry.spec.address);
    this.#cluster.people.loseEntry(name);
    const fleet = this.#fleetOf(entry);
    if (fleet !== undefined) this.#memory.lost(entry, fleet);
  }

  /** A person restores a backup elsewhere. What was asked for and published before stays so. */
  restoreElsewhere(): void {
    this.#isBlind = true;
    this.#cluster.restoreElsewhere();
    this.#isBlind = false;
    this.#evictions.restoreElsewhere();
    for (const entry of ledger(this.#cluster.server)) {
      this.#restored.add(entry.name);
      const fleet = this.#fleetOf(entry);
      const wasPublished = entry.spec.want !== "Serve" && entry.spec.drainUntil !== undefined;
      if (fleet !== undefined && wasPublished) this.#memory.published(entry, fleet);
    }
  }

  /**
   * Writes arrive that nobody waits for any more. What they create has a name of its own, so that
   * nothing refuses it: it may be one too many until the operator sees it.
   */
  letArrive(clients: Iterable<SimulatedClient>): void {
    this.#isLate = true;
    for (const { faults } of clients) faults.arrive();
    this.#isLate = false;
  }

  #look(change: StoredChange): void {
    const { resource, type, before, after } = change;
    if (this.#isLate && type === "ADDED") this.#late.add(after.metadata.name);
    if (resource.plural === custom.addresses.plural) this.#lookAtEntry(change);
    if (resource.plural === custom.fleets.plural && before !== undefined)
      this.#note(this.#wrongAnswer(before, after));
    const exempt = {
      lost: this.#lost,
      lostAddresses: this.#lostAddresses,
      surplus: new Set([...this.#restored, ...this.#late, ...this.#adopted]),
    };
    this.#note(wrongNow(this.#cluster, exempt));
  }

  /** What arrives late was right when it was sent. */
  #lookAtPod(change: StoredChange): void {
    if (this.#cluster.acting !== undefined && !this.#isLate)
      this.#note(this.#evictions.wrongWith(change));
  }

  #lookAtEntry({ type, before, after }: StoredChange): void {
    const entry = entryOf(after);
    const fleet = this.#fleetOf(entry);
    const now = this.#cluster.clock.now();
    if (type === "ADDED") this.#memory.added(entry);
    if (type === "DELETED") this.#memory.forgotten(entry, now);
    else this.#memory.retired(entry);
    if (fleet === undefined) return;
    if (type === "ADDED") this.#lookAtNew(entry, fleet);
    if (before !== undefined) this.#note(this.#lostPublication(entryOf(before), fleet));
    if (entry.status?.phase === "Serving") {
      this.#memory.published(entry, fleet);
      const { certificateSHA256 } = entry.status;
      if (certificateSHA256 !== undefined) this.#note(this.#memory.shows(entry, certificateSHA256));
    }
  }

  #lookAtNew(entry: Entry, fleet: Fleet): void {
    const { acting } = this.#cluster;
    this.#adopted.delete(entry.name);
    // What is adopted makes good for a lost entry: it is no claim.
    if (entry.isAdopted) this.#adopted.add(entry.name);
    else if (acting !== undefined && !this.#isLate) this.#lookAtClaim(entry, fleet, acting);
  }

  #lookAtClaim(claim: Entry, fleet: Fleet, acting: SimulatedProcess): void {
    const { server, clock } = this.#cluster;
    const others = ledger(server).filter(({ name }) => name !== claim.name);
    const seen = acting.caches
      .of(custom.addresses.kind)
      .objects()
      .map((raw) => entryOf(raw as StoredObject));
    this.#note(wrongWithClaim({ server, claim, fleet, others, seen, now: clock.now() }));
    const isAsked = !replacesDeleted(claim, others);
    this.#note(this.#memory.claimed(claim, fleet, { now: clock.now(), isAsked }));
  }

  /** The operator never takes a slot's published address away before it has another. */
  #lostPublication(before: Entry, fleet: Fleet): readonly string[] {
    const { slot } = before.spec.claimRef;
    const { acting, server } = this.#cluster;
    const isLooked = acting !== undefined && fleet.metadata.deletionTimestamp === undefined;
    if (!isLooked || !isPublished(before) || slot >= fleet.spec.addresses.count) return [];
    const own = ownEntries(fleet, ledger(server)).filter(
      (each) => each.spec.claimRef.slot === slot,
    );
    const isRemoved = own.some(
      ({ name, spec }) => name === before.name && spec.retiredBecause === "SlotRemoved",
    );
    return isRemoved || own.some(isPublished) ? [] : [`slot ${slot} lost its published address`];
  }

  /** A request counts as answered only when every slot that it asked for was published. */
  #wrongAnswer(before: StoredObject, after: StoredObject): readonly string[] {
    const [was, is] = [before, after].map(
      (each) => (each as unknown as Partial<Fleet>).status?.lastHandledRotateAt,
    );
    const fleet = this.#seenFleet(after);
    if (is === undefined || is === was || fleet === undefined) return [];
    return requestedSlots(fleet, is)
      .filter((slot) => slot < fleet.spec.addresses.count)
      .filter((slot) => !this.#memory.isServed(fleet, is, slot))
      .map((slot) => `"${is}" counts as answered, but slot ${slot} never moved`);
  }

  /** The fleet as whoever writes sees it: a change of its spec may be on its way. */
  #seenFleet({ metadata }: StoredObject): Fleet | undefined {
    const seen = this.#cluster.acting?.caches
      .of(custom.fleets.kind)
      .objects()
      .find((each) => each.metadata.uid === metadata.uid) as Fleet | undefined;
    return seen?.metadata.annotations?.[rotateAtAnnotation] === undefined ? undefined : seen;
  }

  #fleetOf({ spec }: Entry): Fleet | undefined {
    const { namespace, name } = spec.claimRef;
    return readFleet(this.#cluster.server, { namespace, name });
  }

  #note(wrong: readonly string[]): void {
    for (const each of wrong) this.#violations.add(each);
  }
}

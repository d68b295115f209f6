import { crdOf } from "../../api/crd.ts";
import { kinds } from "../../api/kinds.ts";
import { apiVersion, reportBlockedAnnotation } from "../../api/names.ts";
import * as custom from "../../api/resources.ts";
import { parseVantagePoint } from "../../api/vantage-point.ts";
import { customResourceDefinitions } from "../../kubernetes/builtin.ts";
import type { CustomObject, KubeObject } from "../../kubernetes/objects.ts";
import { providers } from "../../pool/providers.ts";
import type { Random } from "../../values/random.ts";
import { ProxyfleetError } from "../../values/errors.ts";
import { formatInstant } from "../../values/time.ts";
import { Measurer } from "../measurers/measurer.ts";
import { type MeasurerSetup, vantagePointManifest } from "../measurers/setup.ts";
import type { People } from "../people/people.ts";
import type { OwnPolicy } from "../policies/policy.ts";
import { SimulatedApiServer } from "../server/server.ts";
import type { Agenda } from "../world/agenda.ts";
import type { Border } from "../world/border.ts";
import type { Hosting } from "../world/networks.ts";
import type { Road } from "../world/road.ts";
import { balance } from "./balancer.ts";
import { EvidenceBook } from "./evidence-book.ts";
import { WorldOperator } from "./operator.ts";
import { WorldPods } from "./pods.ts";
import { targetsOf } from "./targets.ts";

/** A provider's row is missing: a fault of the program. */
export class NoProviderError extends ProxyfleetError {}

/** A fleet of the simulated cluster has so many slots at most: people mostly have small ones. */
export const slotsPerFleet = 10;

const namespace = "proxies";
const kubectl = { manager: "kubectl" };

export interface WorldClusterOptions {
  readonly policy: OwnPolicy;
  readonly country: string;
  readonly groups: number;
  readonly hostings: readonly Hosting[];
  readonly measurers: readonly MeasurerSetup[];
  readonly isps: readonly string[];
  readonly agenda: Agenda;
  readonly border: Border;
  readonly road: Road;
  readonly random: (name: string) => Random;
}

/** The cluster that the operator runs in, with fleets and pools as a policy has them. */
export class WorldCluster {
  readonly server: SimulatedApiServer;
  readonly operator: WorldOperator;
  readonly evidence: EvidenceBook;
  readonly #options: WorldClusterOptions;
  #people: People | undefined;
  readonly #measurers: Measurer[] = [];

  constructor(options: WorldClusterOptions) {
    this.#options = options;
    const { agenda, road, random } = options;
    this.server = new SimulatedApiServer(agenda.now, random("server"));
    this.evidence = new EvidenceBook(agenda.now);
    const { server, evidence } = this;
    const sessions = (entry: string) => this.#sessions(entry);
    const pods = new WorldPods({ server, agenda, sessions });
    const balancer = { onLight: road.light.bind(road), onDark: road.darken.bind(road) };
    balance({ server, agenda, provider: metalLb(), ...balancer });
    this.operator = new WorldOperator({
      server,
      agenda,
      random: random("operator"),
      pods,
      evidence,
    });
    this.#publishWhatServes();
    this.#install();
  }

  /** Those who use the fleets: their sessions are what pods count. */
  serve(people: People): void {
    this.#people = people;
    people.onLeft((address) => {
      const fleet = this.#fleetAt.get(address);
      if (fleet !== undefined) this.operator.look(fleet);
    });
  }

  /** A person writes that an address is blocked. */
  reportBlocked(group: number, address: string): void {
    const { country, agenda } = this.#options;
    const text = `${address} ${country} ${formatInstant(agenda.now())}`;
    const change = { metadata: { annotations: { [reportBlockedAnnotation]: text } } };
    this.server.patch(custom.fleets, { namespace, name: fleetOf(group) }, { ...kubectl, change });
  }

  readonly #fleetAt = new Map<string, string>();

  #sessions(entry: string): number {
    const address = this.#addressOf.get(entry);
    return address === undefined ? 0 : (this.#people?.countAt(address) ?? 1);
  }

  readonly #addressOf = new Map<string, string>();

  #publishWhatServes(): void {
    const { road } = this.#options;
    this.server.onChange(({ resource, type, after }) => {
      if (resource.kind !== "ProxyAddress") return;
      const { spec, status } = after as unknown as StoredEntry;
      const { address, claimRef, want } = spec;
      if (address === undefined) return;
      if (type === "DELETED") this.evidence.forget(address);
      this.#addressOf.set(after.metadata.name, address);
      this.#fleetAt.set(address, `${claimRef.namespace}/${claimRef.name}`);
      if (type === "MODIFIED" && want === "Serve" && status?.phase === "Serving")
        road.publish(groupOf(claimRef.name, claimRef.slot), address);
    });
  }

  #install(): void {
    const { server } = this;
    const { policy, hostings, groups, country, measurers } = this.#options;
    for (const kind of kinds) {
      const crd = crdOf(kind) as unknown as KubeObject;
      server.create(customResourceDefinitions as never, crd as never, kubectl);
    }
    for (const { pool, addresses } of hostings) {
      const spec = { provider: "MetalLB", addresses, ...policy.pool };
      server.apply(custom.pools, manifest("AddressPool", { name: pool }, spec), kubectl);
    }
    const measured = policy.unmeasured === true ? [] : measurers;
    for (const setup of measured) this.#measure(setup);
    this.#lookAtSuspicions();
    for (let first = 0; first < groups; first += slotsPerFleet) {
      const count = Math.min(slotsPerFleet, groups - first);
      const addresses = { count, pools: hostings.map(({ pool }) => ({ name: pool })) };
      const spec = { addresses, audience: { countries: [country] }, ...policy.fleet };
      const metadata = { namespace, name: fleetOf(first) };
      server.apply(custom.fleets, manifest("WhatsAppProxy", metadata, spec), kubectl);
    }
  }

  #measure(setup: MeasurerSetup): void {
    const { country, isps, agenda, border, road, random } = this.#options;
    const { evidence, server, operator } = this;
    const stored = server.apply<CustomObject>(
      custom.vantagePoints,
      vantagePointManifest(setup, country),
      kubectl,
    );
    const parsed = parseVantagePoint(stored);
    if (!parsed.ok) throw new ProxyfleetError(parsed.problem);
    const targets = () => targetsOf(road.allPublished, operator.caches);
    const world = { isps, agenda, border, road, evidence, targets };
    const stream = random(`measurer ${setup.name}`);
    this.#measurers.push(
      new Measurer({ setup, vantagePoint: parsed.value, random: stream, ...world }),
    );
  }

  /** A new suspicion lets those look at once who are asked. */
  #lookAtSuspicions(): void {
    const asked = this.#measurers.filter(({ isAsked }) => isAsked);
    this.server.onChange(({ resource, before, after }) => {
      if (resource.kind !== "ProxyAddress" || isSuspected(before) || !isSuspected(after)) return;
      for (const measurer of asked) this.#options.agenda.timer(1_000, () => measurer.look());
    });
  }
}

interface StoredEntry {
  readonly spec: {
    readonly address?: string;
    readonly want?: string;
    readonly claimRef: { readonly namespace: string; readonly name: string; readonly slot: number };
  };
  readonly status?: {
    readonly phase?: string;
    readonly reachability?: readonly { readonly verdict: string }[];
  };
}

function isSuspected(entry: unknown): boolean {
  const { status } = (entry ?? {}) as Partial<StoredEntry>;
  return status?.reachability?.some(({ verdict }) => verdict === "Suspected") === true;
}

function manifest(kind: string, metadata: CustomObject["metadata"], spec: object): CustomObject {
  return { apiVersion, kind, metadata, spec };
}

/** The fleet that a group's slot is in. */
export function fleetOf(group: number): string {
  return `fleet-${Math.floor(group / slotsPerFleet)}`;
}

/** The group that a slot is for. */
export function groupOf(fleet: string, slot: number): number {
  return Number(fleet.slice("fleet-".length)) * slotsPerFleet + slot;
}

function metalLb() {
  const provider = providers.get("MetalLB");
  if (provider === undefined) throw new NoProviderError("MetalLB has no row");
  return provider;
}

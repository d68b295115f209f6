import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressIndexes } from "../../../src/cluster/caches.ts";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { Store } from "../../../src/kubernetes/store.ts";
import type { Evidence } from "../../../src/reachability/evidence.ts";
import type { SeenAddress } from "../../../src/reachability/country-view.ts";
import { decideVerdicts } from "../../../src/reachability/decide-verdicts.ts";
import { CountryLooks } from "../../../src/reachability/io/country-looks.ts";
import { fleetAddresses } from "../../../src/reachability/io/vantage-points.ts";
import { slotId } from "../../../src/reachability/move-hold.ts";
import { outageRuleOf, policyOf } from "../../../src/reachability/policy.ts";
import { isSpreading } from "../../../src/reachability/spreading.ts";
import { publishedOf } from "../../../src/reachability/targets.ts";
import { formatInstant, minutes, plus, seconds } from "../../../src/values/time.ts";
import { fleetObject } from "../../objects/fleet.ts";
import { type EntryObject, entryObject } from "../../objects/ledger-entry.ts";
import { liveMeta } from "../../objects/metadata.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";
import { at, failure, noon } from "./build.ts";

const fleets = 20;
const slots = 2;
/** All addresses begin to fail within this time after noon (seconds). */
const within = 60;

type Way = "reports of trusted people" | "reports over share pages" | "probes and agents";

const addressOf = (n: number) => `198.51.${100 + Math.floor(n / slots)}.${n % slots}`;
const failsAt = (n: number) => Math.floor((n * within) / (fleets * slots));

function stored(objects: readonly CustomObject[], indexes = {}): Store<CustomObject> {
  const store = new Store<CustomObject>(indexes);
  store.replaceAll([...objects], "1");
  return store;
}

/** Twenty fleets of two slots, whose addresses fail one after another within a minute. */
class Storm {
  readonly #way: Way;
  #s = -120;
  readonly #evidence = {
    log: new Map<string, readonly Evidence[]>() as ReadonlyMap<string, readonly Evidence[]>,
    beganAt: at(-90_000),
  };
  readonly #entries: Store<CustomObject>;
  readonly #caches: ConstructorParameters<typeof CountryLooks>[0]["caches"];
  readonly #looks: CountryLooks;
  /** Slots that have claimed a fresh address. */
  readonly claims = new Map<string, number>();

  constructor(way: Way) {
    this.#way = way;
    const people = way === "reports over share pages" ? "Block" : "Suspect";
    const all = Array.from({ length: fleets }, (_, n) => n);
    const entries = all.flatMap((fleet) => [0, 1].map((slot) => this.#entry(fleet, slot)));
    this.#entries = stored(entries, addressIndexes);
    const agents = ["a", "b"].map((name) =>
      vantagePointObject({
        name,
        spec: { globalping: undefined, agent: { tokenSecretRef: { name: "t" } } },
      }),
    );
    const control = vantagePointObject({
      name: "control",
      spec: { role: "Control", country: "DE" },
    });
    this.#caches = {
      addresses: this.#entries,
      fleets: stored(
        all.map((n) =>
          fleetObject({
            name: `f${n}`,
            metadata: liveMeta(`u${n}`),
            spec: { audience: { countries: ["IR"] }, reachability: { people } },
          }),
        ),
      ),
      vantagePoints: stored(way === "probes and agents" ? [...agents, control] : []),
    };
    this.#looks = new CountryLooks({
      caches: this.#caches,
      evidence: this.#evidence,
      feeds: { alertsIn: () => [], revision: 1 },
      now: () => this.#now,
      clock: () => this.#s * 1000,
    });
  }

  get #now() {
    return plus(noon, seconds(this.#s));
  }

  #entry(fleet: number, slot: number): EntryObject {
    const address = addressOf(fleet * slots + slot);
    return entryObject({
      address,
      slot,
      metadata: liveMeta(`e-${address}`),
      spec: { claimRef: { namespace: "proxies", name: `f${fleet}`, uid: `u${fleet}`, slot } },
      status: { phase: "Serving", phaseSince: "2026-11-22T12:00:00Z", address },
    });
  }

  /** Passes this time, and looks at all that there is each second. */
  run(until: number): void {
    for (; this.#s < until; this.#s++) {
      this.#hear();
      this.#judge();
      this.#move();
    }
  }

  #hear(): void {
    const log = new Map(this.#evidence.log);
    for (let n = 0; n < fleets * slots; n++) {
      const address = addressOf(n);
      const heard = this.#heardOf(n).map((one) => ({ ...one, address, at: this.#now }) as Evidence);
      if (heard.length > 0) log.set(address, [...(log.get(address) ?? []), ...heard]);
    }
    this.#evidence.log = log;
  }

  #heardOf(n: number): readonly object[] {
    const isOnset = this.#s === failsAt(n);
    if (this.#way !== "probes and agents") {
      const by = this.#way === "reports over share pages" ? "Page" : "Operator";
      return isOnset ? [{ kind: "report", by, country: "IR", message: "" }] : [];
    }
    const place = { a: 0, b: 5, control: 2 };
    return Object.entries(place).flatMap(([vantagePoint, start]) => {
      if ((this.#s - start) % 15 !== 0) return [];
      const isControl = vantagePoint === "control";
      const fails = !isControl && this.#s >= failsAt(n);
      return {
        kind: "test",
        vantagePoint,
        country: isControl ? "DE" : "IR",
        role: isControl ? "Control" : "Probe",
        listener: "chat",
        outcome: fails ? failure() : { kind: "Worked", upTo: "transfer" },
        reachesElse: true,
      };
    });
  }

  #judge(): void {
    for (const { fleet, addresses } of fleetAddresses(this.#caches))
      for (const known of publishedOf(addresses)) {
        const raw = this.#entries.get({ name: known.view.name });
        assert.ok(raw);
        const outage = outageRuleOf(fleet.spec);
        const { effects } = decideVerdicts(
          {
            raw,
            entry: known.entry,
            input: this.#looks.inputOf(known, policyOf(fleet.spec)),
            report: undefined,
            isPublished: true,
            findings: (country) => this.#looks.findings(country, outage),
          },
          { now: this.#now },
        );
        for (const effect of effects)
          if (effect.kind === "status")
            this.#write({ ...raw, status: { ...(raw.status as object), ...effect.status } });
      }
  }

  #write(object: CustomObject): void {
    const version = `${Number(object.metadata.resourceVersion ?? 0) + 1}`;
    this.#entries.recordWrite({
      ...object,
      metadata: { ...object.metadata, resourceVersion: version },
    });
  }

  /** Each fleet claims for its blocked slots, unless something holds them: the most that it may. */
  #move(): void {
    for (const { fleet, addresses } of fleetAddresses(this.#caches)) {
      const views = publishedOf(addresses).map(({ view }) => view);
      const hold = this.#looks.holdsOn(fleet, views).find(({ country }) => country === "IR");
      for (const { slot, reachability } of views) {
        const id = slotId(fleet.metadata, slot);
        const isBlocked = reachability.some(({ verdict }) => verdict === "Blocked");
        const mayGo = hold === undefined || hold.mayGo.has(id);
        if (!isBlocked || !mayGo || this.claims.has(id)) continue;
        this.claims.set(id, this.#s);
        const address = `203.0.113.${this.claims.size}`;
        const { namespace, name, uid } = fleet.metadata;
        this.#write(
          entryObject({
            address,
            slot,
            metadata: liveMeta(`e-${address}`, { creationTimestamp: formatInstant(this.#now) }),
            spec: { claimRef: { namespace, name, uid, slot }, cause: "Blocked" },
          }),
        );
      }
    }
  }
}

describe("addresses of a country fail one after another", () => {
  const seen = (s: number): SeenAddress => ({
    address: `203.0.113.${s}`,
    failing: { since: at(s), byTests: false },
    reachedAt: undefined,
    control: "Silent",
  });
  const cases: Record<string, { given: readonly number[]; percent?: number; expect: boolean }> = {
    "where three began to fail within a minute": { given: [-59, -30, 0], expect: true },
    "not where two did": { given: [-30, 0], expect: false },
    "not where the first of three is longer ago": { given: [-60, -30, 0], expect: false },
    "not where a fleet takes nothing for an outage": {
      given: [-3, -2, -1],
      percent: 100,
      expect: false,
    },
    "not by a clock that was ahead": { given: [3600, 3601, 3602], expect: false },
  };
  for (const [name, { given, percent = 50, expect }] of Object.entries(cases))
    test(name, () =>
      assert.equal(
        isSpreading({
          addresses: given.map(seen),
          outage: { percent, within: minutes(30) },
          now: noon,
        }),
        expect,
      ),
    );
});

describe("twenty fleets of two slots that fail within a minute", () => {
  const ways: readonly Way[] = [
    "reports of trusted people",
    "reports over share pages",
    "probes and agents",
  ];
  for (const way of ways)
    test(`claim a few addresses and no storm of them, by ${way}`, () => {
      const storm = new Storm(way);
      storm.run(180);
      const times = [...storm.claims.values()].join(" ");
      assert.ok(storm.claims.size <= 4, `${storm.claims.size} claims, at seconds ${times}`);
    });
});

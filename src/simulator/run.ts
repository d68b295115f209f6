// simulator: what Proxyfleet is worth against censors. The operator's real controllers run over a
// simulated API server, in virtual time, among simulated people, censors and vantage points. This
// file plays one run; compare.ts plays many.

import { beginCensor } from "./censors/censor.ts";
import { isWithin } from "./censors/nationwide.ts";
import type { CensorScene } from "./censors/scene.ts";
import { MoveCollector, PeopleCollector, type RunFigures } from "./figures/collector.ts";
import { watchMoves } from "./figures/watch-moves.ts";
import { WorldCluster } from "./operator/cluster.ts";
import { hearComplaints, usualAdmin } from "./people/complaints.ts";
import { People } from "./people/people.ts";
import { groupsOf } from "./people/groups.ts";
import type { RivalStage } from "./policies/policy.ts";
import { usualMeasurers } from "./measurers/setup.ts";
import { Agenda } from "./world/agenda.ts";
import { Border } from "./world/border.ts";
import { Chance } from "./world/chance.ts";
import { Day } from "./world/day.ts";
import { type Hosting, addressesOf, hostings } from "./world/networks.ts";
import { Road } from "./world/road.ts";
import type { RunSetup } from "./world/setup.ts";
import { type Instant, hours, instant, minutes, plus } from "../values/time.ts";

/** Runs begin on a Monday, at midnight UTC. */
const start: Instant = instant(Date.UTC(2026, 0, 5));

/** Nobody counts before groups have their first addresses. */
const settlesFor = minutes(15);

/** Plays one run to its end. */
export async function play(setup: RunSetup): Promise<RunFigures> {
  const stage = new Stage(setup);
  await stage.play();
  return stage.figures();
}

class Stage {
  readonly #setup: RunSetup;
  readonly #chance: Chance;
  readonly #agenda = new Agenda(start);
  readonly #border = new Border();
  readonly #road = new Road(this.#agenda.now);
  readonly #day: Day;
  readonly #hostings: readonly Hosting[];
  readonly #people: People;
  readonly #seen: PeopleCollector;
  readonly #moves = new MoveCollector(start);
  #cluster: WorldCluster | undefined;

  constructor(setup: RunSetup) {
    this.#setup = setup;
    const { profile, addresses, policy, seed } = setup;
    this.#chance = new Chance(seed);
    this.#day = new Day(profile.utcOffset, profile.activity);
    this.#seen = new PeopleCollector(this.#day);
    const oneNetwork = policy.kind === "ours" && policy.oneNetwork === true;
    const spread = { providers: setup.hostings ?? 2, oneNetwork };
    this.#hostings = setup.ownHostings ?? hostings(addresses, spread);
    this.#people = this.#peopled();
  }

  async play(): Promise<void> {
    const { days, untilDry } = this.#setup;
    this.#beginCensor();
    this.#beginPolicy();
    await this.#until(plus(start, settlesFor));
    this.#people.listen(this.#seen);
    const end = plus(start, hours(24 * days));
    await this.#until(end, () => untilDry === true && this.#moves.dryAfterDays !== undefined);
    this.#people.end();
  }

  figures(): RunFigures {
    const { moves, falseMoves, movesInOutage, busiestHour, burnt, dryAfterDays } = this.#moves;
    const { reachable, reconnect } = this.#seen;
    const counts = { moves, falseMoves, movesInOutage, busiestHour, burnt: burnt.size };
    return { reachable, reconnect, ...counts, dryAfterDays };
  }

  async #until(end: Instant, isOver: () => boolean = () => false): Promise<void> {
    for (;;) {
      await this.#cluster?.operator.settle();
      const next = this.#agenda.nextAt;
      if (next === undefined || next > end || isOver()) break;
      this.#agenda.jump(next);
    }
    this.#agenda.jump(end);
  }

  #peopled(): People {
    const { profile, groups, policy } = this.#setup;
    return new People({
      groups: groupsOf(profile, groups, this.#chance.stream("groups")),
      habits: profile.habits,
      isps: profile.isps,
      names: policy.kind === "ours" && policy.fleet?.["dns"] !== undefined ? 1 : 0,
      day: this.#day,
      agenda: this.#agenda,
      border: this.#border,
      road: this.#road,
      random: this.#chance.stream("people"),
    });
  }

  #beginPolicy(): void {
    const { policy } = this.#setup;
    if (policy.kind === "rival") policy.begin(this.#rivalStage());
    else this.#beginCluster();
  }

  #beginCluster(): void {
    const { policy, profile, groups, measurers = usualMeasurers } = this.#setup;
    if (policy.kind !== "ours") return;
    const { spells, country, isps } = profile;
    const cluster = new WorldCluster({
      policy,
      country,
      groups,
      hostings: this.#hostings,
      measurers,
      isps: isps.map(({ name }) => name),
      agenda: this.#agenda,
      border: this.#border,
      road: this.#road,
      random: (name) => this.#chance.stream(name),
    });
    this.#cluster = cluster;
    cluster.serve(this.#people);
    watchMoves(cluster, {
      border: this.#border,
      road: this.#road,
      isps: isps.map(({ name }) => name),
      addresses: this.#setup.addresses,
      moves: this.#moves,
      now: this.#agenda.now,
      isOutage: (at) =>
        isWithin(
          spells.filter(({ kind }) => kind === "outage"),
          start,
          at,
        ),
    });
    this.#reportTo(cluster, policy.admin === true);
  }

  /** The share page's button, and where there is one, a person who looks after the fleet. */
  #reportTo(cluster: WorldCluster, hasAdmin: boolean): void {
    const { country } = this.#setup.profile;
    this.#people.listen({
      onReport: (_, address) => {
        const said = { kind: "report", by: "Page", message: "it does not work for me" } as const;
        cluster.evidence.tell({ ...said, address, at: this.#agenda.now(), country });
        cluster.evidence.publish([address]);
      },
    });
    if (hasAdmin) this.#hear((group, address) => cluster.reportBlocked(group, address));
  }

  #hear(act: (group: number, address: string) => void): void {
    const hearing = {
      people: this.#people,
      agenda: this.#agenda,
      day: this.#day,
      random: this.#chance.stream("admin"),
      isPublished: (group: number, address: string) => this.#road.published(group) === address,
    };
    hearComplaints(hearing, usualAdmin, act);
  }

  #rivalStage(): RivalStage {
    return {
      agenda: this.#agenda,
      road: this.#road,
      groups: this.#setup.groups,
      addresses: this.#hostings.flatMap(addressesOf),
      random: this.#chance.stream("rival"),
      onComplaint: (act) => this.#hear((group) => act(group)),
      moved: (cause) =>
        this.#moves.moved(cause, { at: this.#agenda.now(), isFalse: false, inOutage: false }),
    };
  }

  #beginCensor(): void {
    const { profile } = this.#setup;
    const scene: CensorScene = {
      agenda: this.#agenda,
      border: this.#border,
      road: this.#road,
      people: this.#people,
      day: this.#day,
      isps: profile.isps.map(({ name }) => name),
      providerOf: (address) => this.#hostingOf(address)?.networks ?? [],
      random: (name) => this.#chance.stream(`censor ${name}`),
    };
    const networks = this.#hostings.map((hosting) => hosting.networks);
    const list = beginCensor(scene, profile, networks);
    list.onBlocked((address) => {
      if (this.#road.isLit(address)) this.#moves.burnt.add(address);
    });
  }

  #hostingOf(address: string): Hosting | undefined {
    return this.#hostings.find((hosting) => addressesOf(hosting).includes(address));
  }
}

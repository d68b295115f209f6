import { hours } from "../../values/time.ts";
import { oneOf } from "../world/chance.ts";
import type { RivalPolicy, RivalStage } from "./policy.ts";

/** The official chart: one load balancer for everybody, whose address never changes. */
export const fixed: RivalPolicy = {
  kind: "rival",
  name: "one-fixed-address",
  about: "one fixed address for all groups, as the official chart has it",
  begin: ({ road, groups, addresses: [first = ""] }) => {
    road.light(first);
    for (let group = 0; group < groups; group++) road.publish(group, first);
  },
};

const timerEvery = hours(24);

/** SpotProxy's way: its phones are led to the next address by the proxy itself, WhatsApp's are not. */
export const timer: RivalPolicy = {
  kind: "rival",
  name: "timer",
  about: "every group moves every 24 hours, and its old address ends at once (SpotProxy's way)",
  begin: (stage) => {
    const { agenda, road, groups } = stage;
    const next = takes(stage);
    const move = (group: number): void => {
      replace(stage, group, next());
      if (agenda.elapsedMs() > 0) stage.moved("age");
      agenda.timer(timerEvery, () => move(group));
    };
    for (let group = 0; group < groups; group++) {
      road.light(next());
      move(group);
    }
  },
};

/** A random address that does not answer now, whatever became of it before. */
function takes({ road, addresses, random }: RivalStage): () => string {
  return () =>
    oneOf(
      random,
      addresses.filter((address) => !road.isLit(address)),
    );
}

/** What people do by hand on a cluster whose load balancer gives the lowest free address. */
export const byHand: RivalPolicy = {
  kind: "rival",
  name: "by-hand",
  about:
    "a person who hears of complaints makes a new Service and deletes the old; the load balancer gives the lowest free address",
  begin: (stage) => {
    const { road, groups, addresses } = stage;
    const lowest = (): string | undefined => addresses.find((address) => !road.isLit(address));
    for (let group = 0; group < groups; group++) {
      const address = lowest();
      if (address !== undefined) replace(stage, group, address);
    }
    stage.onComplaint((group) => {
      const address = lowest();
      if (address === undefined) return;
      replace(stage, group, address);
      stage.moved("blocked");
    });
  },
};

/** The new address answers and is given out, and the old one ends at once. */
function replace({ road }: RivalStage, group: number, address: string): void {
  const old = road.published(group);
  road.light(address);
  road.publish(group, address);
  if (old !== undefined) road.darken(old);
}

export const rivals: readonly RivalPolicy[] = [fixed, timer, byHand];

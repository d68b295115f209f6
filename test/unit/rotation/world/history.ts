import * as fc from "fast-check";
import { plus, seconds } from "../../../../src/values/time.ts";
import { changeAddress, runAddress, runAll, runBalancer, runFleet } from "./controllers.ts";
import {
  type Entry,
  type Sight,
  type World,
  createFleet,
  look,
  restore,
  withFreshSpec,
} from "./world.ts";
import { Conflict, Killed } from "./writes.ts";

/** Something that happens. `life` is how many writes a controller makes before it is killed. */
export type Step =
  | { readonly do: "everybodyRuns"; readonly times: number }
  | { readonly do: "fleetRuns"; readonly life: number; readonly onOldSight: boolean }
  | { readonly do: "addressRuns"; readonly pick: number; readonly life: number }
  | { readonly do: "balancerRuns" | "look" | "deleteFleet" | "createFleet" | "sessionsEnd" }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "askRotation"; readonly slot: number | undefined }
  | { readonly do: "count"; readonly to: number }
  | { readonly do: "pause"; readonly on: boolean }
  | { readonly do: "clockJumps"; readonly seconds: number }
  | { readonly do: "report"; readonly pick: number }
  | {
      readonly do: "measured";
      readonly pick: number;
      readonly verdict: "Blocked" | "Suspected" | "Reachable";
    }
  | { readonly do: "restore" | "allFail" }
  | { readonly do: "deleteEntry" | "addressBreaks" | "addressChanges"; readonly pick: number }
  | { readonly do: "provider"; readonly state: World["provider"] };

const pick = fc.nat(20);
const life = fc.nat(6);

/** Any order of events, with enough ordinary days between them that something comes about. */
export const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("everybodyRuns" as const),
        times: fc.integer({ min: 1, max: 6 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("fleetRuns" as const),
        life,
        onOldSight: fc.boolean(),
      }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("addressRuns" as const), pick, life }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("wait" as const),
        seconds: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 300 })),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("askRotation" as const),
        slot: fc.option(fc.nat(3), { nil: undefined }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom("balancerRuns" as const, "look" as const, "sessionsEnd" as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("count" as const),
        to: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom("deleteEntry" as const, "addressBreaks" as const),
        pick,
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("report" as const), pick }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("measured" as const),
        pick,
        verdict: fc.constantFrom("Blocked" as const, "Suspected" as const, "Reachable" as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("addressChanges" as const), pick }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("clockJumps" as const),
        seconds: fc.integer({ min: -4000, max: 8000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("restore" as const, "allFail" as const) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), on: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("provider" as const),
        state: fc.constantFrom("works" as const, "silent" as const, "broken" as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("deleteFleet" as const, "createFleet" as const) }),
    },
  ),
  { minLength: 5, maxLength: 60 },
);

/**
 * Plays a history. Requests get a new text each; an old sight is one that a "look" took earlier.
 */
export function play(world: World, steps: readonly Step[]): void {
  let sight: Sight | undefined;
  steps.forEach((step, index) => {
    if (step.do === "look") sight = look(world);
    try {
      act(world, step, index, sight);
    } catch (error) {
      if (!(error instanceof Killed || error instanceof Conflict)) throw error;
    }
  });
}

function act(world: World, step: Step, index: number, old: Sight | undefined): void {
  const { fleet } = world;
  switch (step.do) {
    case "everybodyRuns":
      for (let i = 0; i < step.times; i++) pass(world, 1);
      return;
    case "fleetRuns":
      return runFleet(
        world,
        step.onOldSight && old !== undefined ? withFreshSpec(world, old) : look(world),
        { left: step.life },
      );
    case "addressRuns":
      return picked(world, step.pick, (entry) => runAddress(world, entry, { left: step.life }));
    case "balancerRuns":
      return runBalancer(world);
    case "look":
      return undefined;
    case "wait":
    case "clockJumps":
      world.now = plus(world.now, seconds(step.seconds));
      return undefined;
    case "sessionsEnd":
      for (const entry of world.entries.values()) entry.sessions = 0;
      return undefined;
    case "deleteEntry":
      return picked(world, step.pick, (entry) =>
        Object.assign(entry, { deleting: true, version: ++world.versions }),
      );
    case "addressBreaks":
      return picked(world, step.pick, ({ address }) => world.broken.add(address));
    case "addressChanges":
      return picked(world, step.pick, ({ name }) => changeAddress(world, name));
    case "measured":
      return picked(world, step.pick, (entry) =>
        Object.assign(entry, {
          reachability: [{ country: "IR", verdict: step.verdict, since: world.now }],
          version: ++world.versions,
        }),
      );
    case "allFail":
      for (const entry of world.entries.values())
        Object.assign(entry, {
          reachability: [{ country: "IR", verdict: "Blocked", since: world.now }],
          version: ++world.versions,
        });
      return undefined;
    case "report":
      return picked(world, step.pick, ({ address }) => {
        if (fleet !== undefined) fleet.reportBlocked = `${address} IR report ${index}`;
      });
    case "restore":
      return restore(world);
    case "provider":
      world.provider = step.state;
      return undefined;
    case "createFleet":
      return createFleet(world);
    case "deleteFleet":
    case "askRotation":
    case "count":
    case "pause":
      if (fleet !== undefined) edit(fleet, step, index);
  }
}

/** What a person changes of the fleet. */
function edit(fleet: NonNullable<World["fleet"]>, step: Step, index: number): void {
  if (step.do === "deleteFleet") fleet.deleting = true;
  if (step.do === "count") fleet.count = step.to;
  if (step.do === "pause") fleet.paused = step.on;
  if (step.do === "askRotation")
    fleet.rotateAt = step.slot === undefined ? `request ${index}` : `${step.slot}@request ${index}`;
}

function picked(world: World, index: number, then: (entry: Entry) => void): void {
  const entries = [...world.entries.values()];
  const entry = entries[index % Math.max(1, entries.length)];
  if (entry !== undefined) then(entry);
}

/** Some seconds in which everybody runs once. */
export function pass(world: World, s: number): void {
  runAll(world);
  world.now = plus(world.now, seconds(s));
}

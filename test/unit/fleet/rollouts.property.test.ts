import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { holdRolloutAnnotation } from "../../../src/api/names.ts";
import { dateOf } from "../../../src/values/time.ts";
import { RolloutWorld, fleetNamed } from "./rollout-world.ts";

/** From 18 to 24 o'clock. */
const nightly = { cron: "0 18 * * *", duration: "6h", timeZone: "UTC" };
const rotation = { windows: [nightly] };
const hold = { [holdRolloutAnnotation]: "true" };
/** Of these eight, the last ones have windows. */
const names = Array.from({ length: 8 }, (_, index) => `f${index}`);
const withWindows = names.slice(6);

/** All pods are there. */
function settled(): RolloutWorld {
  const world = new RolloutWorld(
    names.map((name) => fleetNamed(name, withWindows.includes(name) ? rotation : {})),
  );
  world.work();
  world.pass(15);
  assert.deepEqual(world.notCurrent(), []);
  return world;
}

function upgraded(prepare: (world: RolloutWorld) => void = () => undefined): RolloutWorld {
  const world = settled();
  prepare(world);
  world.lead("proxy:2");
  world.work();
  return world;
}

const told = ({ begun }: RolloutWorld) => begun.map(({ fleet }) => fleet).toSorted();

describe("an upgrade of the operator", () => {
  test("reaches all fleets, a share at a time, those with windows inside them", () => {
    const world = upgraded();
    assert.equal(world.begun.length, 2);
    world.pass(18 * 60);
    assert.deepEqual(world.notCurrent(), []);
    assert.deepEqual(told(world), names);
    assert.ok(world.begun.every(({ others, places }) => others.length < places));
  });

  test("writes nothing where it leaves the pods as they are", () => {
    const world = settled();
    world.lead();
    world.pass(60);
    assert.deepEqual(world.begun, []);
  });

  test("is held up by no fleet whose new pods don't come up", () => {
    const world = upgraded((one) => names.slice(0, 4).forEach((name) => one.break(name)));
    world.pass(24 * 60);
    assert.deepEqual(told(world), names);
    assert.deepEqual(world.notCurrent().toSorted(), names.slice(0, 4));
  });

  test("is held up by no fleet whose Deployment is refused", () => {
    const world = upgraded((one) => names.slice(0, 4).forEach((name) => one.refuse(name)));
    world.pass(24 * 60);
    assert.deepEqual(told(world), names.slice(4));
  });

  test("leaves a fleet alone that a person holds, until it is let go", () => {
    const world = upgraded((one) => one.annotate("f0", hold));
    world.pass(24 * 60);
    assert.deepEqual(world.notCurrent(), ["f0"]);
    world.annotate("f0", {});
    world.pass(24 * 60);
    assert.deepEqual(world.notCurrent(), []);
  });
});

type Step = (world: RolloutWorld) => void;

const of = (name: string) => fc.constantFrom(...names).map((fleet) => ({ name, fleet }));
const step: fc.Arbitrary<{ readonly text: string; readonly run: Step }> = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.integer({ min: 1, max: 90 }).map((length) => ({ name: "pass", length })),
    },
    of("edit"),
    of("scale"),
    of("hold"),
    of("let go"),
    of("break"),
    of("refuse"),
    fc.constantFrom({ name: "mend" }, { name: "lead" }, { name: "upgrade" }, { name: "create" }),
  )
  .map((given) => ({ text: JSON.stringify(given), run: runOf(given) }));

let version = 2;

function runOf(given: {
  readonly name: string;
  readonly fleet?: string;
  readonly length?: number;
}): Step {
  const { name, fleet = "", length = 0 } = given;
  const steps: Readonly<Record<string, Step>> = {
    pass: (world) => world.pass(length),
    edit: (world) =>
      world.edit(fleet, { podMetadata: { annotations: { asked: String((version += 1)) } } }),
    scale: (world) => world.edit(fleet, { replicas: 1 + ((version += 1) % 3) }),
    hold: (world) => world.annotate(fleet, hold),
    "let go": (world) => world.annotate(fleet, {}),
    break: (world) => world.break(fleet),
    refuse: (world) => world.refuse(fleet),
    mend: (world) => world.mend(),
    lead: (world) => world.lead(),
    upgrade: (world) => world.lead(`proxy:${(version += 1)}`),
    create: (world) => world.create(fleetNamed(`new-${(version += 1)}`)),
  };
  return steps[name] ?? assert.fail(name);
}

test("whatever happens meanwhile, only a share of the fleets loses pods for the operator's sake, and all get there", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 14 }), (steps) => {
      const world = upgraded();
      for (const { run } of steps) {
        run(world);
        world.work();
      }
      assert.deepEqual(world.ignored, []);
      for (const { fleet, at, others, places } of world.begun) {
        assert.ok(
          others.length < places,
          `${fleet} began while ${others.join()} were on their way`,
        );
        if (withWindows.includes(fleet)) assert.ok(dateOf(at).getUTCHours() >= 18);
      }
      world.mend();
      for (const name of world.names) world.annotate(name, {});
      world.pass(36 * 60);
      assert.deepEqual(world.notCurrent(), []);
    }),
    { numRuns: 10 },
  );
});

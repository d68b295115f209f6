import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { spellNews } from "../../../src/news/spell-news.ts";
import {
  type Lasting,
  type Spell,
  decodeSpells,
  encodeSpells,
  nextSpells,
} from "../../../src/news/spells.ts";
import { minutes, plus } from "../../../src/values/time.ts";
import { noon } from "./build.ts";

const outage: Lasting = { kind: "Outage", subject: "IR", because: "8 of 10 addresses fail" };
const low: Lasting = { kind: "PoolLow", subject: "metallb-a", because: "pool metallb-a: 1 of 9" };
const at = (m: number) => plus(noon, minutes(m));

/** Looks at these minutes; a look without a list can't judge outages. */
function after(
  looks: readonly (readonly [minute: number, lasting?: readonly Lasting[] | undefined])[],
) {
  return looks.reduce<readonly Spell[]>(
    (spells, [minute, lasting]) =>
      nextSpells(spells, {
        lasting: lasting ?? [],
        known: lasting === undefined ? ["PoolLow"] : ["PoolLow", "Outage"],
        now: at(minute),
      }),
    [],
  );
}

const news = (looks: Parameters<typeof after>[0], minute: number) =>
  spellNews(after(looks), at(minute)).map(({ kind }) => kind);

describe("what lasts", () => {
  const cases: Record<
    string,
    { looks: Parameters<typeof after>[0]; minute: number; expect: readonly string[] }
  > = {
    "is no news before it has lasted": { looks: [[0, [outage]]], minute: 9, expect: [] },
    "is news once it has": { looks: [[0, [outage]]], minute: 10, expect: ["OutageBegan"] },
    "is none where it was gone before": {
      looks: [
        [0, [outage]],
        [5, []],
      ],
      minute: 30,
      expect: [],
    },
    "is not over while it may come back": {
      looks: [
        [0, [outage]],
        [20, []],
      ],
      minute: 29,
      expect: ["OutageBegan"],
    },
    "goes on where it comes back in time": {
      looks: [
        [0, [outage]],
        [20, []],
        [29, [outage]],
      ],
      minute: 60,
      expect: ["OutageBegan"],
    },
    "is over once it has been gone for long": {
      looks: [
        [0, [outage]],
        [20, []],
      ],
      minute: 30,
      expect: ["OutageBegan", "OutageEnded"],
    },
    "begins again after its end": {
      looks: [
        [0, [outage]],
        [20, []],
        [31, [outage]],
      ],
      minute: 41,
      expect: ["OutageBegan", "OutageEnded", "OutageBegan"],
    },
    "does not end while nobody can judge it": {
      looks: [[0, [outage]], [20]],
      minute: 60,
      expect: ["OutageBegan"],
    },
    "is news of a pool after a minute, and its end is none": {
      looks: [
        [0, [low]],
        [1, [low]],
        [9, []],
      ],
      minute: 20,
      expect: ["PoolLow"],
    },
  };
  for (const [name, { looks, minute, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(news(looks, minute), expect));

  test("is forgotten two hours after its end", () => {
    assert.deepEqual(
      after([
        [0, [low]],
        [5, []],
        [6, []],
        [127, []],
      ]),
      [],
    );
  });

  test("keeps its words, whatever is found later", () => {
    const later = { ...outage, because: "9 of 10 addresses fail" };
    assert.equal(
      after([
        [0, [outage]],
        [5, [later]],
      ])[0]?.because,
      outage.because,
    );
  });
});

describe("kept spells", () => {
  test("come back as they were", () => {
    const looks = fc.array(
      fc.tuple(fc.nat(9), fc.option(fc.subarray([outage, low]), { nil: undefined })),
    );
    fc.assert(
      fc.property(looks, (steps) => {
        let minute = 0;
        const spells = after(steps.map(([by, seen]) => [(minute += by), seen] as const));
        assert.deepEqual(decodeSpells(encodeSpells(spells)), spells);
      }),
    );
  });

  test("of another's making count as none", () => {
    for (const text of ["", "{", "[1]", '[{"kind":"War"}]'])
      assert.deepEqual(decodeSpells(text), []);
  });
});

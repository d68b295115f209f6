import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { pino } from "pino";
import { CheckedClock } from "../../../src/runtime/checked-clock.ts";

const noon = Date.UTC(2026, 10, 23, 12);
const minute = 60_000;
const day = 86_400_000;

/** Two clocks that can be set by hand, and what is made of them. */
function clocks() {
  const time = { wall: noon, monotonic: 5_000, server: noon };
  const lines: { readonly msg: string; readonly aheadSeconds: number }[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]);
  const log = pino({ base: null }, { write });
  const clock = new CheckedClock({ wall: () => time.wall, monotonic: () => time.monotonic, log });
  const turns: boolean[] = [];
  clock.onTurn(() => turns.push(clock.agrees()));
  const pass = (ms: number) => {
    time.wall += ms;
    time.monotonic += ms;
    time.server += ms;
  };
  /** As the header `Date` has it: without the milliseconds. */
  const answer = () => clock.heard(Math.floor(time.server / 1000) * 1000);
  return { time, clock, lines, turns, pass, answer };
}

describe("a clock that the API server's clock watches", () => {
  test("is not relied on before the server's first answer", () => {
    const { clock, answer } = clocks();
    assert.deepEqual([clock.agrees(), clock.aheadBy], [false, undefined]);
    assert.equal(clock.now(), noon);
    answer();
    assert.equal(clock.agrees(), true);
  });

  test("is relied on while it is seconds off, and says its own time", () => {
    const { clock, time, answer, lines } = clocks();
    time.wall += 20_000;
    answer();
    assert.deepEqual([clock.agrees(), clock.now(), lines], [true, noon + 20_000, []]);
  });

  test("that jumps 40 days ahead is not believed from that moment on, and says the server's time", () => {
    const { clock, time, answer, lines, turns, pass } = clocks();
    answer();
    time.wall += 40 * day;
    assert.equal(clock.agrees(), false, "before the server answers again");
    pass(2_000);
    answer();
    assert.ok(Math.abs(clock.now() - (noon + 2_000)) < 1_000);
    assert.match(lines[0]?.msg ?? "", /time may be wrong.*NTP/);
    assert.ok(Math.abs((lines[0]?.aheadSeconds ?? 0) - 40 * 86_400) <= 1);
    time.wall -= 40 * day;
    answer();
    assert.equal(clock.agrees(), false, "it may be set once more");
    pass(10 * minute);
    answer();
    assert.deepEqual([turns, lines.length, clock.agrees()], [[false, true], 2, true]);
  });

  test("that both machines share is not believed for ten minutes after it was set", () => {
    const { clock, time, answer, pass, turns } = clocks();
    answer();
    time.wall += 40 * day;
    time.server += 40 * day;
    assert.equal(clock.agrees(), false, "at once");
    pass(13_000);
    answer();
    assert.equal(clock.agrees(), false);
    pass(10 * minute);
    answer();
    assert.deepEqual([clock.agrees(), turns], [true, [false, true]]);
  });

  test("is believed though it is corrected by seconds again and again", () => {
    const { clock, time, answer, pass } = clocks();
    for (let i = 0; i < 5; i++) {
      time.wall += 5_000;
      time.server += 5_000;
      pass(minute);
      answer();
      assert.equal(clock.agrees(), true);
    }
  });

  test("that the server's jump makes doubtful holds, too: nobody can say which of them is right", () => {
    const { clock, time, answer } = clocks();
    answer();
    time.server -= 40 * day;
    answer();
    assert.equal(clock.agrees(), false);
  });

  test("whatever the clocks do, it is believed only where they have lain close together for minutes", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            which: fc.constantFrom("wall" as const, "server" as const),
            byMs: fc.integer({ min: -200_000, max: 200_000 }),
            passMs: fc.integer({ min: 0, max: 20 * minute }),
          }),
          { maxLength: 20 },
        ),
        (steps) => {
          const { clock, time, answer, pass } = clocks();
          answer();
          for (const { which, byMs, passMs } of steps) {
            time[which] += byMs;
            answer();
            pass(passMs);
            answer();
            const apart = Math.abs(time.wall - time.server);
            if (clock.agrees()) assert.ok(apart <= 63_000, `${apart} ms apart`);
            else assert.ok(apart >= 57_000 || passMs < 10 * minute, `${apart} ms apart`);
            const error = Math.min(
              Math.abs(clock.now() - time.wall),
              Math.abs(clock.now() - time.server),
            );
            assert.ok(error <= 3_000, "it says one of the two times");
          }
        },
      ),
    ));
});

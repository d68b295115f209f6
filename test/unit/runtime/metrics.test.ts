import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Metrics } from "../../../src/runtime/metrics.ts";

type Fleets = Map<string, number>;

async function piecesOf(metrics: Metrics): Promise<readonly string[]> {
  const pieces: string[] = [];
  for await (const piece of metrics.text()) pieces.push(piece);
  return pieces;
}

describe("a number that is read when somebody asks", () => {
  const kinds = ["gauge", "counter"] as const;
  const told = async (metrics: Metrics): Promise<readonly string[]> =>
    (await piecesOf(metrics))
      .join("")
      .split("\n")
      .filter((line) => /^(# \w+ )?sessions\b/.test(line));
  const lines = (type: string, ...samples: readonly string[]): readonly string[] => [
    "# HELP sessions Open sessions",
    `# TYPE sessions ${type}`,
    ...samples,
  ];

  for (const type of kinds) {
    test(`is told as a ${type}, with its labels, as it is at that moment`, async () => {
      const [metrics, fleets]: [Metrics, Fleets] = [new Metrics(), new Map([["family", 3]])];
      metrics[type]({ name: "sessions", help: "Open sessions", labelNames: ["fleet"] }, () =>
        [...fleets].map(([fleet, count]) => [{ fleet }, count] as const),
      );
      assert.deepEqual(await told(metrics), lines(type, 'sessions{fleet="family"} 3'));
      fleets.set('o"dd', 1).set("family", 4);
      assert.deepEqual(
        await told(metrics),
        lines(type, 'sessions{fleet="family"} 4', 'sessions{fleet="o\\"dd"} 1'),
      );
      fleets.clear();
      assert.deepEqual(await told(metrics), lines(type));
    });
  }

  test("is told in small pieces of whole lines, however many samples there are", async () => {
    const metrics = new Metrics();
    metrics.gauge({ name: "sessions", help: "Open sessions", labelNames: ["fleet"] }, () =>
      Array.from({ length: 10_000 }, (_, n) => [{ fleet: `fleet-${n}` }, n] as const),
    );
    const pieces = (await piecesOf(metrics)).filter((piece) => piece.includes("sessions"));
    assert.ok(pieces.every((piece) => piece.endsWith("\n") && piece.length < 10_000));
    assert.equal(pieces.join("").match(/^sessions\{fleet="fleet-\d+"\} \d+$/gm)?.length, 10_000);
  });
});

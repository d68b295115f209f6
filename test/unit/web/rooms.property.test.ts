import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { CustomObject } from "../../../src/kubernetes/objects.ts";
import { instant } from "../../../src/values/time.ts";
import { EventReader } from "../../../src/web/event-stream.ts";
import { LiveFleets } from "../../../src/web/io/live-fleets.ts";
import { Room } from "../../../src/web/io/room.ts";
import type { Rights } from "../../../src/web/rights.ts";
import type { Board, BoardChange } from "../../../src/web/wire.ts";
import { type State, nothingYet, withBoard, withChange } from "../../../src/web/page/state.ts";
import { LiveCaches, markedFleet, pool } from "./live-caches.ts";

const now = () => instant(Date.parse("2026-11-29T12:00:00Z"));
const namespaces = ["north", "south", "east", "west"];
const fleets = new Map(namespaces.map((name, index) => [name, markedFleet(name, index + 1)]));

const rights: fc.Arbitrary<Rights> = fc.record({
  namespaces: fc.oneof(
    fc.constant("All" as const),
    fc.subarray(namespaces).map((names) => new Set(names)),
  ),
  ledger: fc.boolean(),
  pools: fc.boolean(),
});

const steps = fc.array(
  fc.record({
    namespace: fc.constantFrom(...namespaces),
    act: fc.constantFrom("change", "remove", "put"),
  }),
  { maxLength: 12 },
);

/** Lives through the steps, and gives all that a viewer was sent, and the ids between. */
async function sentTo(viewer: Rights, acts: readonly { namespace: string; act: string }[]) {
  const caches = new LiveCaches(pool, ...[...fleets.values()].flat());
  const live = new LiveFleets(caches, now);
  await live.refresh();
  const room = new Room(viewer, live);
  const texts = [String(room.after(undefined))];
  let seen = room.id;
  for (const { namespace, act } of acts) {
    for (const object of fleets.get(namespace)!) step(caches, object, act);
    room.update(await live.refresh());
    texts.push(String(room.after(seen) ?? ""));
    seen = room.id;
  }
  return { texts, room };
}

function step(caches: LiveCaches, object: CustomObject, act: string): void {
  if (act === "remove") caches.remove(object);
  else caches.put(object);
}

describe("what a viewer is sent", () => {
  test("names nothing of namespaces that they may not see", async () => {
    await fc.assert(
      fc.asyncProperty(rights, steps, async (viewer, acts) => {
        const { texts } = await sentTo(viewer, acts);
        const { namespaces: seen } = viewer;
        const hidden = namespaces.filter((name) => seen !== "All" && !seen.has(name));
        for (const name of hidden) assert.ok(!texts.join("").includes(name), name);
      }),
    );
  });

  test("is the same, to the last id, whatever happens where they may not look", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (acts) => {
        const viewer: Rights = { namespaces: new Set(["north"]), ledger: false, pools: true };
        const mine = acts.filter(({ namespace }) => namespace === "north");
        const [all, alone] = [await sentTo(viewer, acts), await sentTo(viewer, mine)];
        const withoutNames = ({ texts }: { texts: readonly string[] }) =>
          texts.filter((text) => text !== "").map((text) => text.replaceAll(/^id: .*-/gm, "id: "));
        const versions = /"version":"[^"]*"/g;
        const bare = (sent: { texts: readonly string[] }) =>
          withoutNames(sent).map((text) => text.replaceAll(versions, ""));
        assert.deepEqual(bare(all), bare(alone));
      }),
    );
  });

  test("has no address for those who may not read the ledger, and no pool", async () => {
    await fc.assert(
      fc.asyncProperty(rights, steps, async (viewer, acts) => {
        const text = (await sentTo({ ...viewer, ledger: false }, acts)).texts.join("");
        assert.doesNotMatch(text, /198\.51\.100/);
        assert.doesNotMatch(text, /"pools"/);
      }),
    );
  });

  test("adds up, in the page, to what they would be sent if they came now", async () => {
    await fc.assert(
      fc.asyncProperty(rights, steps, async (viewer, acts) => {
        const { texts, room } = await sentTo(viewer, acts);
        const followed = pageAfter(texts.join(""));
        const fresh = pageAfter(String(room.after(undefined)));
        assert.deepEqual(followed.fleets, fresh.fleets);
        assert.deepEqual(followed.pools, fresh.pools);
      }),
    );
  });
});

function pageAfter(text: string): State {
  return new EventReader().read(text).reduce<State>((state, { name, data }) => {
    const read = JSON.parse(data) as unknown;
    return name === "board"
      ? withBoard(state, read as Board)
      : withChange(state, read as BoardChange);
  }, nothingYet);
}

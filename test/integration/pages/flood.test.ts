import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { parseShareLink } from "../../../src/share/link.ts";
import { pageLanguages } from "../../../src/share/page-view.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { type Attack, Flood } from "./flood.ts";
import { exchange, request, statusOf } from "./page-server.ts";
import { ServedFleet } from "./served-fleet.ts";

/** Connections of each kind at any time. */
const lanes = 20;

let fleet: ServedFleet;
before(async () => {
  fleet = await ServedFleet.start();
});
after(async () => fleet?.stop());

/** What strangers do, and those who know the page. */
function attacks(path: string): Readonly<Record<string, Attack>> {
  let asked = 0;
  const next = () => (asked += 1);
  const language = () => pageLanguages[next() % pageLanguages.length] ?? "en";
  return {
    guesses: () => request("GET", `/${next().toString(36).padStart(26, "a")}`),
    pages: () => request("GET", `${path}?l=${language()}`),
    presses: () => request("POST", `${path}?l=${language()}&v=${next().toString(36)}`),
    garbage: () => Buffer.from([0, 255, next() % 256, 10, 1, 2, 3, 13, 10, 13, 10]),
    "huge requests": () => request("GET", path, [`x: ${"y".repeat(20_000)}`]),
    "forged presses of another replica": () =>
      request("POST", "/", [`authorization: Seal ${"0".repeat(64)}`]),
  };
}

test("an operator whose pages are flooded moves a group as it is asked to, and shows it on its page", async () => {
  const { port } = fleet;
  const { pathname } = new URL(await fleet.page());
  const held = Array.from({ length: 1500 }, () =>
    connect(port, "127.0.0.1").on("error", () => undefined),
  );
  const kinds = attacks(pathname);
  const flood = new Flood(port, kinds, lanes);
  const counts = () => Object.keys(kinds).map((kind) => flood.count(kind));
  try {
    await waitFor("all of it to be under way", () => counts().every((count) => count > lanes));
    const before = counts();
    await fleet.move();
    const { host } = parseShareLink(await fleet.link());
    await waitFor("the page to show the new address", async () => {
      const answer = await exchange(port, request("GET", pathname));
      return statusOf(answer) === 200 && answer.includes(host);
    });
    const since = counts().map((count, at) => count - (before[at] ?? 0));
    assert.ok(
      since.every((count) => count > 0),
      `the flood stood still: ${since.join()}`,
    );
  } finally {
    await flood.stop();
    held.forEach((socket) => socket.destroy());
  }
  const logged = JSON.stringify(fleet.lines);
  assert.ok(!logged.includes(pathname.slice(1)), "a page's path is in the log");
});

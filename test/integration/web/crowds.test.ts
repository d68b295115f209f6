import assert from "node:assert/strict";
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { millis } from "../../../src/values/time.ts";
import { usualDashboardLimits } from "../../../src/web/io/serve.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import * as scenes from "../../stand-ins/dashboard/scenes.ts";
import {
  StagedDashboard,
  adminToken,
  everything,
} from "../../stand-ins/dashboard/staged-dashboard.ts";
import { OpenStream, asked } from "./viewer.ts";

/** Pages that may be open at once, in all and of one person. */
const [inAll, perViewer] = [1024, 256];
const people = ["a", "b", "c", "d"];

describe("a crowd before the dashboard", () => {
  let stage: StagedDashboard;
  let port: number;

  before(async () => {
    // The test is a crowd of its own.
    const connectionRate = { perSecond: 5000, burst: 5000 };
    stage = await StagedDashboard.start(scenes.many(50), {
      limits: { ...usualDashboardLimits, connectionRate },
    });
    port = Number(new URL(stage.origin).port);
    for (const person of people) stage.rights.set(person, everything);
  });
  after(async () => stage.stop());

  test("a thousand open pages are all served, one more is told that there is no room", async () => {
    const streams = await Promise.all(
      people.flatMap((person) =>
        Array.from({ length: perViewer }, async () => OpenStream.open(stage.origin, person)),
      ),
    );
    assert.equal(streams.length, inAll);
    await waitFor("all boards", async () => streams.every(({ id }) => id !== undefined));
    const late = await asked(stage.origin, "/api/stream", adminToken);
    assert.equal(late.status, 503);
    assert.match(late.text, /"why":"Busy"/);
    stage.put(
      scenes.fleet({ name: "group-0001", namespace: "team-1", status: { readyReplicas: 0 } }),
    );
    await waitFor("the change, everywhere", async () =>
      streams.every(({ events }) => events.some(({ name }) => name === "change")),
    );
    for (const stream of streams) stream.close();
    await waitFor(
      "room again",
      async () => (await asked(stage.origin, "/api/stream", adminToken)).status === 200,
    );
  });

  test("one person has no more than their share of the places", async () => {
    const streams = await Promise.all(
      Array.from({ length: perViewer }, async () => OpenStream.open(stage.origin, "a")),
    );
    assert.equal((await asked(stage.origin, "/api/stream", "a")).status, 503);
    assert.equal((await asked(stage.origin, "/api/stream", "b")).status, 200);
    for (const stream of streams) stream.close();
  });

  test("whoever asks for nothing is cut off, and takes no open page with them", async () => {
    const limits = { ...usualDashboardLimits, requestMs: millis(500) };
    const strict = await StagedDashboard.start(scenes.healthy, { limits });
    const at = Number(new URL(strict.origin).port);
    const page = await OpenStream.open(strict.origin, adminToken);
    const idle = await Promise.all(Array.from({ length: 200 }, async () => silent(at)));
    const partly = await silent(at);
    partly.write("GET /api/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\n");
    await Promise.all(
      [...idle, partly].map(async (socket) => socket.closed || once(socket, "close")),
    );
    assert.equal(page.isOver, false);
    page.close();
    await strict.stop();
  });

  test("what is no request, or asks to write, gets nothing", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await fetch(`${stage.origin}/api/stream`, { method });
      assert.equal(answer.status, 404, method);
    }
    const garbage = await silent(port);
    garbage.write("\u0000\u0001 garbage\r\n\r\n");
    await once(garbage, "close");
  });
});

test("a page that reads nothing is held one message at most, and others get theirs", async () => {
  const stage = await StagedDashboard.start(scenes.many(1000));
  const port = Number(new URL(stage.origin).port);
  const slow = await silent(port);
  slow.pause();
  slow.write(`GET /api/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminToken}\r\n\r\n`);
  const quick = await OpenStream.open(stage.origin, adminToken);
  await quick.first("board");
  for (let turn = 0; turn < 3; turn++) {
    const before = quick.events.length;
    for (const fleet of scenes.many(400).fleets ?? [])
      stage.put({ ...fleet, status: { readyReplicas: turn + 1 } });
    await waitFor("the change", async () =>
      quick.events.slice(before).some(({ name }) => name === "change"),
    );
  }
  const chunks: Buffer[] = [];
  slow.on("data", (chunk: Buffer) => chunks.push(chunk));
  slow.resume();
  const read = () => Buffer.concat(chunks).toString("utf8");
  // It missed three changes: one text brings it to where the others are.
  await waitFor("what it missed", async () => read().includes(quick.id ?? "none"));
  slow.destroy();
  quick.close();
  await stage.stop();
});

/** A connection that says nothing by itself. */
async function silent(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  // Without a reader, nobody would learn of its end.
  return socket.resume();
}

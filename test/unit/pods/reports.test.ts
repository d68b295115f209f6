import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { PodReports } from "../../../src/pods/io/reports.ts";
import type { PodStatus } from "../../../src/pods/status.ts";
import { at } from "../rotation/build.ts";

const placed = (...servers: string[]) => servers.map((server) => ({ server, isFallback: false }));
const servers = {
  chat: [
    ...placed("g.whatsapp.net:5222", "g-fallback.whatsapp.net:5222"),
    { server: "g.whatsapp.net:80", isFallback: true },
  ],
  media: placed("whatsapp.net:443"),
};
const since = "2026-11-23T11:00:00Z";
const key = "proxies/p-1";
let reports: PodReports;
let woken: string[];

beforeEach(() => {
  reports = new PodReports();
  woken = [];
  reports.onChange((pod) => woken.push(pod));
});

function tell(second: number, status: Partial<PodStatus> = {}, wanted = "r1"): void {
  reports.answered(
    key,
    { pod: "p-1", status: { revision: "r1", lanes: [], ...status }, wanted, servers },
    at(second),
  );
}

function lags(): boolean | undefined {
  const report = reports.report(key);
  return report?.kind === "answered" ? report.lags : undefined;
}

test("servers have the names that the spec gives them", () => {
  tell(0, {
    upstreams: [
      { group: "chat", name: "chat-0", up: 1, total: 4, since },
      { group: "chat", name: "chat-1", up: 0, total: 0, since },
      { group: "chat", name: "chat-2", up: 0, total: 0, since, refused: ["10.0.0.1"] },
      { group: "media", name: "media-0", up: 0, total: 2, since, refused: ["fd00::1"] },
      { group: "media", name: "media-7", up: 1, total: 1, since },
    ],
  });
  const report = reports.report(key);
  assert.deepEqual(report?.kind === "answered" && report.servers, [
    { upstream: "chat", server: "g.whatsapp.net:5222", state: "up" },
    { upstream: "chat", server: "g-fallback.whatsapp.net:5222", state: "nameless" },
    {
      upstream: "chat",
      server: "g.whatsapp.net:80",
      isFallback: true,
      state: "closed",
      closed: ["10.0.0.1"],
    },
    { upstream: "media", server: "whatsapp.net:443", state: "down", closed: ["fd00::1"] },
    { upstream: "media", server: "media-7", state: "up" },
  ]);
});

test("a fleet is woken when something is new, and not by counts", () => {
  tell(0, { lanes: [{ lane: 0, open: true, sessions: 1 }] });
  tell(15, { lanes: [{ lane: 0, open: true, sessions: 2 }] });
  assert.deepEqual(woken, [key]);
  tell(30, { refused: { revision: "r2", message: "no" } });
  assert.deepEqual(woken, [key, key]);
});

test("lanes that have all of their share are told by the entry that they serve", () => {
  const lane = { open: true, full: true };
  tell(0, {
    lanes: [
      { lane: 0, ...lane, address: "ip-a" },
      { lane: 1, ...lane },
      { lane: 2, ...lane, address: "ip-b", full: false },
    ],
  });
  const report = reports.report(key);
  assert.deepEqual(report?.kind === "answered" && report.full, ["ip-a"]);
});

describe("a pod lags", () => {
  test("when it stood at another configuration for a minute", () => {
    for (const second of [0, 30, 59]) tell(second, {}, "r2");
    assert.deepEqual([lags(), reports.isBehind(key)], [false, true]);
    tell(60, {}, "r2");
    assert.equal(lags(), true);
    tell(75, { revision: "r2" }, "r2");
    assert.deepEqual([lags(), reports.isBehind(key)], [false, false]);
  });

  test("not while it goes on from one to the next, however fast they come", () => {
    for (let step = 0; step < 20; step++) tell(step * 15, { revision: `r${step}` }, `r${step + 1}`);
    assert.equal(lags(), false);
  });

  test("not where nobody knows what it should have", () => {
    for (const second of [0, 120])
      reports.answered(
        key,
        { pod: "p-1", status: { revision: "r1", lanes: [] }, wanted: undefined, servers },
        at(second),
      );
    assert.equal(lags(), false);
  });
});

describe("by its own clock a pod lags", () => {
  const lag = () => {
    const known = reports.answer(key)?.lag;
    return known === undefined ? undefined : known.to - known.from;
  };

  test("for as long as it answered so, whatever the operator's clock did meanwhile", () => {
    tell(0, { uptimeSeconds: 500 }, "r2");
    tell(40 * 86_400, { uptimeSeconds: 503 }, "r2");
    assert.equal(lag(), 3);
  });

  test("not while it is silent, and from zero after one answer that it missed", () => {
    tell(0, { uptimeSeconds: 500 }, "r2");
    tell(90, { uptimeSeconds: 590 }, "r2");
    reports.silent(key, "p-1", at(93));
    assert.deepEqual(reports.answer(key), { at: at(93), status: undefined });
    tell(96, { uptimeSeconds: 596 }, "r2");
    assert.equal(lag(), 0);
  });
});

describe("a pod that does not answer", () => {
  test("keeps its last word for a minute, then counts as silent", () => {
    tell(0);
    for (const second of [15, 45, 74]) reports.silent(key, "p-1", at(second));
    assert.equal(reports.report(key)?.kind, "answered");
    reports.silent(key, "p-1", at(75));
    assert.deepEqual([reports.report(key)?.kind, reports.status(key)], ["silent", undefined]);
    tell(90);
    assert.equal(reports.report(key)?.kind, "answered");
  });

  test("is nothing to speak of while it is young", () => {
    reports.silent(key, "p-1", at(0));
    assert.equal(reports.report(key), undefined);
    assert.deepEqual(woken, []);
  });

  test("has its minute anew after an answer", () => {
    reports.silent(key, "p-1", at(0));
    tell(50);
    reports.silent(key, "p-1", at(65));
    assert.equal(reports.report(key)?.kind, "answered");
  });
});

test("a pod that serves no more is forgotten, and its fleet woken", () => {
  tell(0);
  reports.forget(key);
  reports.forget(key);
  assert.deepEqual([reports.report(key), woken], [undefined, [key, key]]);
});

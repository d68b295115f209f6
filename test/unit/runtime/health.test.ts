import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { request } from "undici";
import { type Health, serveHealth } from "../../../src/runtime/health.ts";

const well: Health = {
  problem: () => undefined,
  isReady: () => true,
  metrics: () => pieces("up 1\n", "down 0\n"),
};

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function* broken(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
  throw new Error("secret");
}

const cases: Record<
  string,
  { path: string; health?: Partial<Health>; expect: { code: number; text: string } }
> = {
  "all is well": { path: "/livez", expect: { code: 200, text: "ok\n" } },
  "something is stuck for good": {
    path: "/livez",
    health: { problem: () => "the watch of Pod has done nothing for 301 s" },
    expect: { code: 503, text: "the watch of Pod has done nothing for 301 s\n" },
  },
  "caches are full": { path: "/readyz", expect: { code: 200, text: "ok\n" } },
  "caches are not full yet": {
    path: "/readyz",
    health: { isReady: () => false },
    expect: { code: 503, text: "caches are not filled yet\n" },
  },
  "metrics are asked for": { path: "/metrics", expect: { code: 200, text: "up 1\ndown 0\n" } },
  "metrics can't be read": {
    path: "/metrics",
    health: { metrics: () => broken() },
    expect: { code: 500, text: "metrics could not be read\n" },
  },
  "something else is asked for": {
    path: "/",
    expect: { code: 404, text: "there are /livez, /readyz and /metrics\n" },
  },
};

describe("the health port answers when", () => {
  for (const [name, { path, health, expect }] of Object.entries(cases))
    test(name, async () => {
      const server = await serveHealth(0, { ...well, ...health });
      try {
        const { statusCode, body } = await request(
          `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
        );
        assert.deepEqual({ code: statusCode, text: await body.text() }, expect);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });
});

test("metrics that can't be read to their end are cut off, and not taken for all", async () => {
  const server = await serveHealth(0, { ...well, metrics: () => broken("up 1\n") });
  try {
    const answer = async () =>
      (
        await request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)
      ).body.text();
    await assert.rejects(answer());
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

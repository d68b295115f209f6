import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Globalping, type HttpMeasurementRequest } from "globalping";
import { Agent, fetch, getGlobalDispatcher, setGlobalDispatcher } from "undici";
import { FakeGlobalping } from "../../stand-ins/measurement/globalping/globalping.ts";
import { connectTo, type Service } from "../../stand-ins/measurement/service.ts";

// Holds the stand-in to what the real service does, with its official client as it is.
describe("the stand-in for Globalping", () => {
  let fake: FakeGlobalping;
  let service: Service;
  const direct = getGlobalDispatcher();
  const client = new Globalping({ throwApiErrors: false });
  const request: HttpMeasurementRequest = {
    type: "http",
    target: "203.0.113.9",
    locations: [{ country: "ir" }],
    measurementOptions: {
      protocol: "HTTPS",
      port: 587,
      request: { host: "whatsapp.net", method: "GET" },
    },
  };
  const get = async (id: string, headers: Record<string, string> = {}) =>
    fetch(`https://api.globalping.io/v1/measurements/${id}`, { headers });

  beforeEach(async () => {
    fake = new FakeGlobalping();
    fake.probes = [{ country: "IR", asn: 197_207, city: "Tehran", tags: ["eyeball-network"] }];
    service = await fake.start();
    setGlobalDispatcher(new Agent({ connect: connectTo(service) }));
  });
  afterEach(async () => {
    setGlobalDispatcher(direct);
    await service[Symbol.asyncDispose]();
  });

  const start = async (): Promise<string> => {
    const created = await client.createMeasurement(request);
    assert.ok(created.ok);
    return created.data.id;
  };

  test("is waited for by the client's own polling", async () => {
    const id = await start();
    assert.match(id, /^[A-Za-z0-9]{24,}$/);
    const done = await client.awaitMeasurement(id);
    assert.ok(done.ok);
    assert.equal(done.data.results[0]?.result.status, "finished");
  });

  test("answers a new measurement with 202, its place and its price", async () => {
    const { response } = await client.createMeasurement(request);
    assert.equal(response.status, 202);
    assert.match(response.headers.get("location") ?? "", /^https:\/\/api\.globalping\.io\/v1\/m/);
    assert.equal(response.headers.get("x-request-cost"), "1");
    assert.equal(response.headers.get("x-ratelimit-remaining"), "249");
  });

  test("answers 304 to a weak ETag that is still good, and leaves defaults out", async () => {
    const id = await start();
    await get(id);
    const finished = await get(id);
    const etag = finished.headers.get("etag") ?? "";
    assert.match(etag, /^W\/"[0-9a-f]+-/);
    assert.equal((await get(id, { "if-none-match": etag })).status, 304);
    const body = (await finished.json()) as object;
    assert.ok(!("limit" in body) && "measurementOptions" in body);
  });

  test("cuts bodies at 10,000 characters", async () => {
    fake.shown = { ...fake.shown, bodyLength: 48_000 };
    const { data } = await client.awaitMeasurement(await start());
    assert.partialDeepStrictEqual(data, { results: [{ result: { truncated: true } }] });
  });

  test("blocks whoever polls more than five times in two seconds", async () => {
    const id = await start();
    for (let poll = 1; poll <= 5; poll += 1) assert.equal((await get(id)).status, 200);
    const refused = await get(id);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "5");
  });

  test("refuses what the hour does not allow, without Retry-After", async () => {
    fake.allow(0);
    const { ok, response } = await client.createMeasurement(request);
    assert.deepEqual([ok, response.status], [false, 429]);
    assert.equal(response.headers.get("retry-after"), null);
  });

  const refused: Record<string, { change: object; status: number }> = {
    "a private address": { change: { target: "10.0.0.1" }, status: 400 },
    "a field that it does not know": { change: { packets: 3 }, status: 400 },
    "a country without probes": { change: { locations: [{ country: "TM" }] }, status: 422 },
    "an id that it does not know": { change: { locations: "2abc" }, status: 422 },
  };
  for (const [what, { change, status }] of Object.entries(refused))
    test(`refuses ${what}`, async () => {
      const { ok, response } = await client.createMeasurement({ ...request, ...change });
      assert.deepEqual([ok, response.status], [false, status]);
    });

  test("refuses a token that it does not know", async () => {
    const { ok, response } = await new Globalping({ auth: "unknown" }).getLimits();
    assert.deepEqual([ok, response.status], [false, 401]);
  });
});

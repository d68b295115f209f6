import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  MeasurementRefusedError,
  quotaOfHeaders,
  quotaOfLimits,
  refusalError,
} from "../../../src/reachability/sources/globalping-refusal.ts";
import { answerOf } from "../../../src/reachability/sources/service-error.ts";
import type { ServiceAnswer } from "../../../src/reachability/sources/source.ts";
import { millis, seconds } from "../../../src/values/time.ts";

const token = "s3cret";
const refused = (status: number, ...[type, message, params]: [string, string, object?]) => ({
  status,
  headers: new Headers(),
  body: { error: { type, message, params } },
  token,
});

describe("a refusal by Globalping", () => {
  const cases: Record<string, { call: Parameters<typeof refusalError>[0]; answer: ServiceAnswer }> =
    {
      "for want of probes is no failure": {
        call: refused(422, "no_probes_found", "No matching IPv4 probes available."),
        answer: {
          kind: "noProbes",
          message: 'Globalping has no probe there now ("No matching IPv4 probes available.")',
        },
      },
      "of a token says where to make another": {
        call: refused(401, "unauthorized", "Unauthorized."),
        answer: {
          kind: "failed",
          message:
            'Globalping refuses the token ("Unauthorized."): make one at dash.globalping.io/tokens and put it into the Secret',
        },
      },
      "at the end of the hour's tests waits for the next hour": {
        call: {
          ...refused(429, "rate_limit_exceeded", "This exceeds the limit."),
          headers: new Headers({ "X-RateLimit-Reset": "1800" }),
        },
        answer: {
          kind: "failed",
          message: 'Globalping runs no more tests for now ("This exceeds the limit.")',
          retryAfterMs: seconds(1800),
        },
      },
      "of too many polls waits as long as it says": {
        call: {
          ...refused(429, "too_many_requests", "Please retry in 4 seconds."),
          headers: new Headers({ "Retry-After": "4", "X-RateLimit-Reset": "1800" }),
        },
        answer: {
          kind: "failed",
          message: 'Globalping runs no more tests for now ("Please retry in 4 seconds.")',
          retryAfterMs: seconds(4),
        },
      },
      "of one measurement names the field": {
        call: refused(400, "validation_error", "Parameter validation failed.", {
          target: "is a blacklisted address or domain",
        }),
        answer: {
          kind: "failed",
          message:
            'Globalping answered 400 ("Parameter validation failed. is a blacklisted address or domain")',
        },
      },
      "that repeats the token does not spread it": {
        call: refused(500, "api_error", `no\n\n such ${token}`),
        answer: { kind: "failed", message: 'Globalping answered 500 ("no such (token)")' },
      },
      "without reason is one all the same": {
        call: { ...refused(503, "", ""), body: "<html>" },
        answer: { kind: "failed", message: 'Globalping answered 503 ("no reason")' },
      },
    };
  for (const [name, { call, answer }] of Object.entries(cases))
    test(name, () => assert.deepEqual(answerOf(refusalError(call), token), answer));

  test("of one measurement stops no others", () =>
    assert.ok(refusalError(refused(400, "", "")) instanceof MeasurementRefusedError));

  test("is never long", () => {
    const { message } = refusalError(refused(500, "", "x".repeat(10_000)));
    assert.ok(message.length < 300);
  });
});

describe("Globalping's quota", () => {
  test("is what is free and what was bought", () => {
    const headers = { "x-ratelimit-remaining": "3", "x-credits-remaining": "40" };
    assert.deepEqual(quotaOfHeaders(new Headers({ ...headers, "x-ratelimit-reset": "60" })), {
      left: 43,
      renewedInMs: seconds(60),
    });
  });

  test("is unknown where no answer states it", () =>
    assert.equal(quotaOfHeaders(new Headers()), undefined));

  test("is unknown where it is no number", () =>
    assert.equal(quotaOfHeaders(new Headers({ "x-ratelimit-remaining": "many" })), undefined));

  test("is in the limits, too", () => {
    const create = { type: "ip", limit: 250, remaining: 250, reset: 0 };
    const rateLimit = { measurements: { create } };
    assert.deepEqual(quotaOfLimits({ rateLimit }), { left: 250, renewedInMs: millis(0) });
    assert.equal(quotaOfLimits({ rateLimit, credits: { remaining: 5 } })?.left, 255);
    assert.equal(quotaOfLimits({ error: {} }), undefined);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { explainError } from "../../../src/values/errors.ts";
import {
  ApiError,
  ApiUnreachableError,
  ConflictError,
  ExpiredError,
  NotFoundError,
  UndeclaredFieldError,
  apiError,
  isTransient,
} from "../../../src/kubernetes/errors.ts";

const body = (given: object): string =>
  JSON.stringify({ kind: "Status", message: "no", reason: "Because", ...given });

describe("apiError", () => {
  const kinds: Record<number, typeof ApiError> = {
    404: NotFoundError,
    409: ConflictError,
    410: ExpiredError,
    422: ApiError,
  };
  for (const [status, kind] of Object.entries(kinds))
    test(`${status} is a ${kind.name}`, () =>
      assert.equal(
        apiError("get x", { status: Number(status), body: body({}) }).constructor,
        kind,
      ));

  test("a field that a kind does not declare is an error of its own, and no passing one", () => {
    const message =
      "failed to create typed patch object (ns/a; example.org/v1, Kind=Widget): .status.slots: field not declared in schema";
    const error = apiError("apply x", { status: 500, body: body({ message }) });
    assert.equal(error.constructor, UndeclaredFieldError);
    assert.equal(isTransient(error), false);
  });

  const waits: Record<string, { given: string; header?: string; expect: number | undefined }> = {
    "the header says how long to wait": { given: body({}), header: "7", expect: 7_000 },
    "the header goes before the body": {
      given: body({ details: { retryAfterSeconds: 1 } }),
      header: "7",
      expect: 7_000,
    },
    "the body says it where there is no header": {
      given: body({ details: { retryAfterSeconds: 2 } }),
      expect: 2_000,
    },
    "a header with a date is not understood": {
      given: body({}),
      header: "Mon, 23 Nov 2026 12:00:00 GMT",
      expect: undefined,
    },
    "an hour is cut to half a minute": { given: body({}), header: "3600", expect: 30_000 },
    "for ever is cut to half a minute": { given: body({}), header: "Infinity", expect: 30_000 },
    "a time that is past is now": { given: body({}), header: "-5", expect: 0 },
    "nobody says it": { given: body({}), expect: undefined },
  };
  for (const [name, { given, header, expect }] of Object.entries(waits))
    test(name, () =>
      assert.equal(
        apiError("get x", { status: 429, body: given, retryAfter: header }).retryAfterMs,
        expect,
      ),
    );

  test("names the call, the code and the server's words", () =>
    assert.equal(
      apiError("create /api/v1/services", { status: 422, body: body({ reason: "Invalid" }) })
        .message,
      "create /api/v1/services failed with 422 Invalid: no",
    ));
  test("an answer that is no Status is quoted as it is, cut short", () => {
    const { message } = apiError("get x", { status: 502, body: `<html>${"x".repeat(1000)}` });
    assert.ok(
      message.startsWith("get x failed with 502") &&
        message.includes("<html>") &&
        message.length < 400,
    );
  });
});

test("only what may pass is tried again: no answer, too many calls, a broken server", () => {
  const transient = [429, 500, 503].map((status) => apiError("get x", { status, body: "" }));
  const lasting = [400, 401, 403, 404, 409, 410, 422].map((status) =>
    apiError("get x", { status, body: "" }),
  );
  assert.ok([...transient, new ApiUnreachableError("no answer")].every(isTransient));
  assert.ok(![...lasting, new Error("a fault of ours")].some(isTransient));
});

test("an error is reported with the causes behind it", () =>
  assert.equal(
    explainError(
      new ApiUnreachableError("list pods got no answer", {
        cause: new Error("connect refused", { cause: "port 6443" }),
      }),
    ),
    "list pods got no answer: connect refused: port 6443",
  ));

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ApiClient } from "../../../src/kubernetes/client.ts";
import { ApiUnreachableError, apiError } from "../../../src/kubernetes/errors.ts";
import { readToken } from "../../../src/reachability/io/token.ts";

const secretToken = "s3cr3t-t0k3n";
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A cluster whose only Secret is `globalping` in the operator's namespace. */
function cluster(
  data: Record<string, string> | Error | undefined,
): Pick<ApiClient, "get"> & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  const get = async (_of: unknown, key: unknown) => {
    asked.push(key);
    if (data instanceof Error) throw data;
    return data === undefined ? undefined : { metadata: {}, data };
  };
  return { asked, get } as unknown as Pick<ApiClient, "get"> & { readonly asked: unknown[] };
}

const ref = { name: "globalping", key: "token" };
const namespace = "proxyfleet-system";

describe("a token", () => {
  const refused = (status: number) =>
    apiError("get secrets", { status, body: JSON.stringify({ message: "no" }) });
  const command =
    "kubectl create secret generic globalping -n proxyfleet-system --from-literal=token=…";
  const cases: Record<string, { given: Record<string, string> | Error | undefined; says: string }> =
    {
      "that is missing with its Secret": {
        given: undefined,
        says: `missing: there is no Secret proxyfleet-system/globalping: ${command}`,
      },
      "that is missing in its Secret": {
        given: { other: base64(secretToken) },
        says: "missing: the Secret proxyfleet-system/globalping has no key token: put the token there",
      },
      "that is empty": {
        given: { token: "" },
        says: "missing: the Secret proxyfleet-system/globalping has no key token: put the token there",
      },
      "that has several lines, which would be several headers": {
        given: { token: base64(`${secretToken}\r\nX-Other: 1`) },
        says: "missing: the key token of the Secret proxyfleet-system/globalping is no token, which is one line of letters, digits and signs: write it again",
      },
      "that may not be read": {
        given: refused(403),
        says: "forbidden: the operator may not read the Secret proxyfleet-system/globalping: give it the right to get secrets in proxyfleet-system, as the chart does",
      },
      "that can't be read now": {
        given: new ApiUnreachableError("get secrets got no answer"),
        says: "unread: the Secret proxyfleet-system/globalping can't be read: get secrets got no answer",
      },
    };
  for (const [name, { given, says }] of Object.entries(cases))
    test(`${name} is reported by Secret and key, and no part of it is`, async () => {
      const token = await readToken(ref, { client: cluster(given), namespace });
      assert.ok(token.kind !== "found");
      assert.equal(`${token.kind}: ${token.message}`, says);
      assert.ok(!says.includes("s3cr3t"));
    });

  test("is read from the operator's namespace, without the line break that editors add", async () => {
    const client = cluster({ token: base64(` ${secretToken}\n`) });
    const token = await readToken(ref, { client, namespace });
    assert.deepEqual(token, { kind: "found", token: secretToken });
    assert.deepEqual(client.asked, [{ namespace, name: "globalping" }]);
  });
});

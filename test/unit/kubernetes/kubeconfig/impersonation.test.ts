import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import {
  type Impersonated,
  impersonationHeaders,
} from "../../../../src/kubernetes/kubeconfig/impersonation.ts";

const nobody = { user: "ann", uid: undefined, groups: [], extra: {} };

describe("the headers of an impersonation", () => {
  const cases: Record<string, { who: Impersonated | undefined; expect: object }> = {
    "are none for oneself": { who: undefined, expect: {} },
    "name the user": { who: nobody, expect: { "impersonate-user": "ann" } },
    "name the uid, and each group by itself": {
      who: { ...nobody, uid: "7", groups: ["a", "b, c"] },
      expect: {
        "impersonate-user": "ann",
        "impersonate-uid": "7",
        "impersonate-group": ["a", "b, c"],
      },
    },
    "escape what a header's name can't hold": {
      who: { ...nobody, extra: { "Acme.com/%Scope": ["x", "y"], none: [] } },
      expect: {
        "impersonate-user": "ann",
        "impersonate-extra-acme.com%2F%25scope": ["x", "y"],
      },
    },
    "go out as UTF-8": {
      who: { ...nobody, user: "Ünal" },
      expect: { "impersonate-user": "Ã\u009cnal" },
    },
  };
  for (const [name, { who, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(impersonationHeaders(who), expect));

  test("can be read back by the server, whatever the name", () =>
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (name) => {
        const extra = { [name]: ["x"] };
        const [, header = ""] = Object.keys(impersonationHeaders({ ...nobody, extra }));
        assert.match(header, /^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$/);
        const read = decodeURIComponent(header.slice("impersonate-extra-".length));
        assert.equal(read, name.toLowerCase());
      }),
    ));
});

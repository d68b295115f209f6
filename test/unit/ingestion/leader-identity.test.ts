import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  endpointOfHolder,
  leaderIdentity,
  replicaEndpoint,
} from "../../../src/ingestion/leader-identity.ts";
import type { Endpoint } from "../../../src/probe/endpoint.ts";

const id = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
const named = (endpoint: Endpoint | undefined) =>
  leaderIdentity({ host: "proxyfleet-5c8d-x2v", id, endpoint });

describe("the replica that leads", () => {
  const cases: Record<string, { identity: string; expect: Endpoint | undefined }> = {
    "is reached at its pod's address": {
      identity: named({ host: "10.0.0.7", port: 8443 }),
      expect: { host: "10.0.0.7", port: 8443 },
    },
    "is reached at its pod's IPv6 address": {
      identity: named({ host: "2001:db8::7", port: 8443 }),
      expect: { host: "2001:db8::7", port: 8443 },
    },
    "is not reached where it serves no agents": { identity: named(undefined), expect: undefined },
    "is not reached where only its name is known": { identity: "somebody", expect: undefined },
    "is not known while nobody leads": { identity: "", expect: undefined },
    "is not reached at what is no address": { identity: `x_${id}@10.0.0.7:0`, expect: undefined },
  };
  for (const [name, { identity, expect }] of Object.entries(cases))
    test(name, () => assert.deepEqual(endpointOfHolder(identity), expect));

  test("has an address only where the pod knows its own", () => {
    const settings = {
      port: 8443,
      podIp: undefined,
      addresses: [],
      elsewhere: [],
      certificateSecret: undefined,
    };
    assert.equal(replicaEndpoint(settings), undefined);
    const endpoint = { host: "10.0.0.7", port: 8443 };
    assert.deepEqual(replicaEndpoint({ ...settings, podIp: "10.0.0.7" }), endpoint);
  });
});

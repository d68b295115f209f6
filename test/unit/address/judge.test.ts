import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "../../../src/address/judge.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import type { Instant } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const works: ProbeResult = { readyPods: 2, lagging: [], problems: [], referenceWorks: undefined };

describe("judge", () => {
  const cases: Record<
    string,
    { given: Partial<ProbeResult>; since?: Instant; expect: string; says?: RegExp }
  > = {
    "all that was tried worked": { given: {}, expect: "verified" },
    "no pod can prove anything": {
      given: { readyPods: 0 },
      expect: "NoReadyPod",
      says: /no pod of the fleet is ready to serve 203\.0\.113\.9/,
    },
    "one pod of two without the new certificate is enough to wait": {
      given: {
        lagging: [{ pod: "family-proxy-x", problem: "it has not loaded the lane's certificate" }],
      },
      expect: "PodsLag",
      says: /pod family-proxy-x does not serve the lane of 203\.0\.113\.9 yet/,
    },
    "a pod that lags explains a failure: the address is not to blame": {
      given: {
        lagging: [{ pod: "p", problem: "x" }],
        problems: [{ listener: "chat", problem: "refused" }],
        referenceWorks: true,
      },
      since: at(-600),
      expect: "PodsLag",
    },
    "chat fails": {
      given: { problems: [{ listener: "chat", problem: "timed out" }] },
      expect: "ChatFails",
      says: /timed out\. It was not published; it is tried again/,
    },
    "media fails": {
      given: { problems: [{ listener: "media", problem: "refused" }] },
      expect: "MediaFails",
    },
    "plain chat fails": {
      given: { problems: [{ listener: "plainChat", problem: "was ended at once" }] },
      expect: "PlainChatFails",
    },
    "chat is named first where both fail": {
      given: {
        problems: [
          { listener: "chat", problem: "timed out" },
          { listener: "media", problem: "refused" },
        ],
      },
      expect: "ChatFails",
    },
    "for two minutes it is nobody's fault": {
      given: { problems: [{ listener: "chat", problem: "timed out" }], referenceWorks: true },
      since: at(-119),
      expect: "ChatFails",
    },
    "after two minutes it is the address's fault if another one of its pool works": {
      given: { problems: [{ listener: "chat", problem: "timed out" }], referenceWorks: true },
      since: at(-120),
      expect: "Unusable",
      says: /while another address of its pool does: timed out/,
    },
    "it is not the address's fault if no other one works: the provider is down": {
      given: { problems: [{ listener: "chat", problem: "timed out" }], referenceWorks: false },
      since: at(-600),
      expect: "ChatFails",
    },
    "it is not the address's fault if there is nothing to compare with": {
      given: { problems: [{ listener: "media", problem: "refused" }] },
      since: at(-600),
      expect: "MediaFails",
    },
  };
  for (const [name, { given, since = at(-1), expect, says }] of Object.entries(cases))
    test(name, () => {
      const judgement = judge({
        address: "203.0.113.9",
        probe: { ...works, ...given },
        verifyingSince: since,
        now: noon,
      });
      assert.equal(judgement.kind === "verified" ? "verified" : judgement.reason, expect);
      if (says !== undefined)
        assert.match(judgement.kind === "failing" ? judgement.message : "", says);
    });
});

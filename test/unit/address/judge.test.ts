import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge } from "../../../src/address/judge.ts";
import type { ProbeResult } from "../../../src/address/probe.ts";
import type { Instant } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const works: ProbeResult = { readyPods: 2, lagging: [], problems: [], referenceWorks: undefined };

const problems = [{ listener: "chat", problem: "timed out" }] as const;
const lagging = [{ pod: "p", problem: "x" }];

describe("judge", () => {
  const cases: Record<
    string,
    {
      given: Partial<ProbeResult>;
      since?: Instant;
      trustsPods?: boolean;
      expect: string;
      says?: RegExp;
    }
  > = {
    "all that was tried worked": {
      given: {},
      expect: "Inside",
      says: /^203\.0\.113\.9 answers on all ports with its own certificate, seen from inside the cluster$/,
    },
    "every pod serves it, and source ranges keep the operator out": {
      given: { shutOut: true },
      expect: "ByPods",
      says: /loadBalancerSourceRanges shuts the operator out$/,
    },
    "a pod that was waited for long enough holds up nobody, and is named": {
      given: {
        lagging: [
          { pod: "p-2", problem: "x" },
          { pod: "p-1", problem: "y" },
        ],
        triedAllTheSame: true,
      },
      since: at(-60),
      expect: "Inside",
      says: /did not show that they serve it when it was published: p-1, p-2\. See ConfigApplied/,
    },
    "a connection that may have reached the pod that lags proves nothing against the address": {
      given: { lagging, problems, triedAllTheSame: true, referenceWorks: true },
      since: at(-600),
      expect: "PodsLag",
      says: /pod p does not serve the lane of 203\.0\.113\.9 yet: x\. It is tried again without waiting for that pod: timed out$/,
    },
    "the operator reaches no address of the pool, though the pods serve: the way out is named": {
      given: { problems, podsWork: true, referenceWorks: false },
      since: at(-120),
      expect: "OutOfReach",
      says: /set spec\.verify of AddressPool pool-a to AddressOrPods$/,
    },
    "the operator does not reach the only address of the pool, though the pods serve": {
      given: { problems, podsWork: true },
      since: at(-120),
      expect: "OutOfReach",
    },
    "a pod that lags may be why the operator reaches nothing": {
      given: { lagging, problems, triedAllTheSame: true, podsWork: true },
      since: at(-120),
      expect: "PodsLag",
    },
    "the pods' word is enough after two minutes where the pool's owner says so": {
      given: { problems, podsWork: true, referenceWorks: false },
      since: at(-120),
      trustsPods: true,
      expect: "ByPods",
      says: /The operator does not reach the address itself \(timed out\), and AddressPool pool-a has spec\.verify: AddressOrPods$/,
    },
    "the pods' word is enough, too, where one of them lags: people are cut off meanwhile": {
      given: { lagging, problems, triedAllTheSame: true, podsWork: true },
      since: at(-120),
      trustsPods: true,
      expect: "ByPods",
      says: /when it was published: p\./,
    },
    "the pods' word is not enough before": {
      given: { problems, podsWork: true },
      since: at(-119),
      trustsPods: true,
      expect: "ChatFails",
    },
    "pods that don't serve either have no word": {
      given: { problems, podsWork: false, referenceWorks: false },
      since: at(-600),
      trustsPods: true,
      expect: "ChatFails",
    },
    "the pods' word is worth nothing where the operator reaches another address of the pool": {
      given: { problems, podsWork: true, referenceWorks: true },
      since: at(-600),
      trustsPods: true,
      expect: "Unusable",
    },
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
  for (const [name, { given, since = at(-1), trustsPods = false, expect, says }] of Object.entries(
    cases,
  ))
    test(name, () => {
      const judgement = judge({
        address: "203.0.113.9",
        pool: { name: "pool-a", trustsPods },
        probe: { ...works, ...given },
        verifyingSince: since,
        now: noon,
      });
      assert.equal(judgement.kind === "verified" ? judgement.by : judgement.reason, expect);
      if (says !== undefined) assert.match(judgement.message, says);
    });
});

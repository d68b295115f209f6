import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type WaitingClaim, refusalOf } from "../../../src/address/refusal.ts";
import type { Finding } from "../../../src/api/findings.ts";
import type { ConditionReason } from "../../../src/api/reasons.ts";
import { minutes, seconds } from "../../../src/values/time.ts";
import { at, noon } from "../rotation/build.ts";

const missing = (reason: ConditionReason): Finding => ({
  status: "Unknown",
  reason,
  message: `${reason} in words`,
});
const no = { text: "AllocationFailed: in use", isNo: true };
const trouble = { text: "SyncLoadBalancerFailed: quota", isNo: false };

/** A claim that its load balancer has not answered for an hour. */
function claim(given: Partial<WaitingClaim>): WaitingClaim {
  return {
    address: "203.0.113.9",
    missing: missing("LoadBalancerSilent"),
    waited: minutes(60),
    hasService: true,
    words: undefined,
    othersSetSince: undefined,
    refusedBefore: undefined,
    ...given,
  };
}

interface Expected {
  readonly reason: ConditionReason;
  readonly says: string;
  readonly wholePool?: boolean;
}

describe("a claim that waits is refused", () => {
  const refuses = "LoadBalancerRefuses";
  const cases: Record<string, { given: Partial<WaitingClaim>; expect: Expected | undefined }> = {
    "not by silence, however long it lasts": { given: {}, expect: undefined },
    "at once by a no of its load balancer, which is quoted": {
      given: { missing: missing("WaitingForLoadBalancer"), waited: seconds(5), words: no },
      expect: { reason: refuses, says: "refuses 203.0.113.9 (AllocationFailed: in use)" },
    },
    "by a no, though its pool is gone meanwhile": {
      given: { missing: missing("PoolMissing"), words: no },
      expect: { reason: refuses, says: "AllocationFailed: in use" },
    },
    "not by trouble that may pass": { given: { words: trouble }, expect: undefined },
    "by trouble where later ones were set a minute ago": {
      given: { waited: minutes(2), words: trouble, othersSetSince: at(-60) },
      expect: { reason: refuses, says: "has not set 203.0.113.9 (SyncLoadBalancerFailed: quota)" },
    },
    "by silence where later ones were set a minute ago": {
      given: { waited: minutes(2), othersSetSince: at(-60) },
      expect: {
        reason: refuses,
        says: "but has set addresses of the pool that were asked for later",
      },
    },
    "not where later ones were set a moment ago: it may just be back": {
      given: { othersSetSince: at(-59) },
      expect: undefined,
    },
    "not where it waits for less than two minutes": {
      given: { waited: seconds(119), othersSetSince: at(-120) },
      expect: undefined,
    },
    "not where its load balancer's name leads nowhere for some minutes": {
      given: {
        missing: missing("WaitingForName"),
        waited: seconds(599),
        othersSetSince: at(-600),
      },
      expect: undefined,
    },
    "where its load balancer's name leads nowhere for ten, and later ones do": {
      given: { missing: missing("WaitingForName"), waited: minutes(10), othersSetSince: at(-600) },
      expect: { reason: refuses, says: "has not set 203.0.113.9" },
    },
    "where it was given another address for two minutes": {
      given: { missing: missing("OtherAddress"), waited: minutes(2) },
      expect: { reason: "OtherAddress", says: "in words" },
    },
    "not where it was given another address a moment ago": {
      given: { missing: missing("OtherAddress"), waited: seconds(119) },
      expect: undefined,
    },
    "with its whole pool, where a provider that can't be asked gives none": {
      given: { address: undefined, words: no },
      expect: { reason: refuses, says: "gives no address", wholePool: true },
    },
    "not where a provider that can't be asked gives none to it alone": {
      given: { address: undefined, othersSetSince: at(-600) },
      expect: undefined,
    },
    "where its pool went before its Service was made": {
      given: { missing: missing("PoolMissing"), hasService: false, waited: minutes(2) },
      expect: { reason: "PoolMissing", says: "in words" },
    },
    "where its name went from the pool before its Service was made": {
      given: { missing: missing("NameMissing"), hasService: false, waited: minutes(2) },
      expect: { reason: "NameMissing", says: "in words" },
    },
    "not where its pool is gone for less than two minutes: it may be made again": {
      given: { missing: missing("PoolMissing"), hasService: false, waited: seconds(119) },
      expect: undefined,
    },
    "not where its pool is gone, and its Service is there": {
      given: { missing: missing("PoolMissing") },
      expect: undefined,
    },
    "with its whole pool, where the API server refuses its Service": {
      given: { missing: missing("ServiceRefused"), hasService: false, waited: minutes(2) },
      expect: { reason: "ServiceRefused", says: "in words", wholePool: true },
    },
    "not where the API server refuses its Service since a moment": {
      given: { missing: missing("ServiceRefused"), hasService: false, waited: seconds(119) },
      expect: undefined,
    },
    "at once where its fleet has a listener less": {
      given: { missing: missing("ListenerGone"), waited: seconds(0) },
      expect: { reason: "ListenerGone", says: "in words" },
    },
    "not where it waits for its lane: another one would wait as well": {
      given: { missing: missing("WaitingForLane"), hasService: false },
      expect: undefined,
    },
    "by the no of before, which an operator that was restarted has not heard": {
      given: { refusedBefore: { message: "it refused", wholePool: true } },
      expect: { reason: refuses, says: "it refused", wholePool: true },
    },
    "not by the no of before, where it waits for something else now": {
      given: {
        missing: missing("PoolMissing"),
        refusedBefore: { message: "it refused", wholePool: false },
      },
      expect: undefined,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => {
      const refusal = refusalOf(claim(given), noon);
      assert.equal(refusal?.finding.reason, expect?.reason);
      assert.ok(refusal === undefined || refusal.finding.message.includes(expect?.says ?? ""));
      assert.equal(
        refusal?.wholePool,
        expect === undefined ? undefined : (expect.wholePool ?? false),
      );
    });
});

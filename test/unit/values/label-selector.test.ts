import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type LabelSelector, matchesSelector } from "../../../src/values/label-selector.ts";

const labels = { team: "relief", tier: "gold" };

describe("matchesSelector", () => {
  const cases: Record<string, { given: LabelSelector; expect: boolean }> = {
    "an empty selector takes all": { given: {}, expect: true },
    "all labels must match": {
      given: { matchLabels: { team: "relief", tier: "silver" } },
      expect: false,
    },
    "labels that are not asked for don't matter": {
      given: { matchLabels: { team: "relief" } },
      expect: true,
    },
    "In takes one of its values": {
      given: { matchExpressions: [{ key: "tier", operator: "In", values: ["silver", "gold"] }] },
      expect: true,
    },
    "In does not take a label that is not there": {
      given: { matchExpressions: [{ key: "x", operator: "In", values: ["1"] }] },
      expect: false,
    },
    "NotIn takes a label that is not there": {
      given: { matchExpressions: [{ key: "x", operator: "NotIn", values: ["1"] }] },
      expect: true,
    },
    "NotIn does not take its values": {
      given: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["gold"] }] },
      expect: false,
    },
    "Exists takes any value": {
      given: { matchExpressions: [{ key: "tier", operator: "Exists" }] },
      expect: true,
    },
    "DoesNotExist takes none": {
      given: { matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
      expect: false,
    },
    "In does not take another value": {
      given: { matchExpressions: [{ key: "tier", operator: "In", values: ["silver"] }] },
      expect: false,
    },
    "In takes nothing where it has no values": {
      given: { matchExpressions: [{ key: "tier", operator: "In" }] },
      expect: false,
    },
    "NotIn takes another value": {
      given: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["silver"] }] },
      expect: true,
    },
    "Exists does not take a label that is not there": {
      given: { matchExpressions: [{ key: "x", operator: "Exists" }] },
      expect: false,
    },
    "DoesNotExist takes a label that is not there": {
      given: { matchExpressions: [{ key: "x", operator: "DoesNotExist" }] },
      expect: true,
    },
    "of several expressions all must match": {
      given: {
        matchExpressions: [
          { key: "tier", operator: "Exists" },
          { key: "x", operator: "Exists" },
        ],
      },
      expect: false,
    },
    "an operator that nobody knows takes nothing": {
      given: { matchExpressions: [{ key: "tier", operator: "Near", values: ["gold"] }] },
      expect: false,
    },
    "labels and expressions must all match": {
      given: {
        matchLabels: { team: "relief" },
        matchExpressions: [{ key: "tier", operator: "DoesNotExist" }],
      },
      expect: false,
    },
  };
  for (const [name, { given, expect }] of Object.entries(cases))
    test(name, () => assert.equal(matchesSelector(given, labels), expect));
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Evidence, TestEvidence } from "../../../src/reachability/evidence.ts";
import {
  type ProtocolBlock,
  type TriedAddress,
  protocolBlock,
  triedFrom,
} from "../../../src/reachability/protocol-block.ts";
import { at, control, failed, failure, input, worked } from "./build.ts";

interface Tried {
  readonly evidence: readonly Evidence[];
  readonly slot?: string;
  /** Seconds after noon at which it was published. */
  readonly published?: number;
}

/** What is tried of addresses, by their text. */
type Story = Readonly<Record<string, Tried>>;

function found(story: Story): ProtocolBlock | undefined {
  const tried = Object.entries(story).map(([address, given], index): TriedAddress => {
    const { evidence, slot = `s${index}`, published = -1800 } = given;
    const own = evidence.map((one) => ({ ...one, address }));
    return triedFrom("IR", input(own, { address }), { slot, publishedAt: at(published) });
  });
  return protocolBlock("IR", tried);
}

const inTls = failure("tls", { kind: "Reset" });
const frozen = failure("transfer", { kind: "Frozen", afterBytes: 16_384 });

/** Two failures while a control sees it answer. */
const fails = (outcome: TestEvidence["outcome"] = failure(), s = -120): readonly Evidence[] => [
  failed("a", s, { outcome }),
  failed("b", s + 30, { outcome }),
  control(-30),
];

const passes = (upTo: "tcp" | "tls" | "transfer", s = -60): readonly Evidence[] => [
  worked("a", s, { outcome: { kind: "Worked", upTo } }),
];

const [one, two, three] = ["203.0.113.9", "198.51.100.7", "192.0.2.3"];
const beside = "203.0.113.77";
const old = -90_000;

describe("a block of the protocol", () => {
  const cases: Record<string, { story: Story; kind: ProtocolBlock["kind"] | undefined }> = {
    "is fresh addresses in two networks that fail alike at once": {
      story: { [one]: { evidence: fails() }, [two]: { evidence: fails() } },
      kind: "FreshAddressesFail",
    },
    "is none where they are in one network": {
      story: { [one]: { evidence: fails() }, [beside]: { evidence: fails() } },
      kind: undefined,
    },
    "is none where they fail in different ways": {
      story: {
        [one]: { evidence: fails() },
        [two]: { evidence: fails(failure("tcp", { kind: "Refused" })) },
      },
      kind: undefined,
    },
    "is none where one of them is old": {
      story: { [one]: { evidence: fails() }, [two]: { evidence: fails(), published: old } },
      kind: undefined,
    },
    "is none where they were published an hour before": {
      story: {
        [one]: { evidence: fails(), published: -3720 },
        [two]: { evidence: fails(), published: -3720 },
      },
      kind: undefined,
    },
    "is none where they fail one long after the other": {
      story: {
        [one]: { evidence: fails(failure(), -721) },
        [two]: { evidence: fails() },
      },
      kind: undefined,
    },
    "is none where they are of one slot, which may have betrayed them": {
      story: {
        [one]: { evidence: fails(), slot: "s" },
        [two]: { evidence: fails(), slot: "s" },
      },
      kind: undefined,
    },
    "is what one slot has where connections open, and then fail": {
      story: {
        [one]: { evidence: fails(inTls), slot: "s" },
        [two]: { evidence: fails(inTls), slot: "s" },
        [three]: { evidence: passes("tls"), published: old },
      },
      kind: "FreshAddressesFail",
    },
    "is none where another fresh address passes": {
      story: {
        [one]: { evidence: fails() },
        [two]: { evidence: fails() },
        [three]: { evidence: passes("tls") },
      },
      kind: undefined,
    },
    "is seen though another fresh address opens connections": {
      story: {
        [one]: { evidence: fails(inTls) },
        [two]: { evidence: fails(inTls) },
        [three]: { evidence: passes("tcp") },
      },
      kind: "FreshAddressesFail",
    },
    "is seen though another fresh address passed before": {
      story: {
        [one]: { evidence: fails() },
        [two]: { evidence: fails() },
        [three]: { evidence: passes("tls", -121) },
      },
      kind: "FreshAddressesFail",
    },
    "is seen though old addresses pass": {
      story: {
        [one]: { evidence: fails() },
        [two]: { evidence: fails() },
        [three]: { evidence: passes("tls"), published: old },
      },
      kind: "FreshAddressesFail",
    },
    "is TLS that is reset at all addresses, old ones too": {
      story: {
        [one]: { evidence: fails(inTls), published: old },
        [two]: { evidence: fails(inTls), published: old },
      },
      kind: "NoTlsPasses",
    },
    "is data that is frozen at all addresses": {
      story: {
        [one]: { evidence: fails(frozen), published: old },
        [two]: { evidence: fails(frozen), published: old },
      },
      kind: "NoTlsPasses",
    },
    "is none where one of all is reached": {
      story: {
        [one]: { evidence: fails(inTls), published: old },
        [two]: { evidence: fails(inTls), published: old },
        [three]: { evidence: passes("tls"), published: old },
      },
      kind: undefined,
    },
    "is none where one of all fails otherwise": {
      story: {
        [one]: { evidence: fails(inTls), published: old },
        [two]: { evidence: fails(inTls), published: old },
        [three]: { evidence: fails(), published: old },
      },
      kind: undefined,
    },
    "is none where no connection opens": {
      story: {
        [one]: { evidence: fails(), published: old },
        [two]: { evidence: fails(), published: old },
      },
      kind: undefined,
    },
    "is none at the only address": {
      story: { [one]: { evidence: fails(inTls) } },
      kind: undefined,
    },
    "is none where no control sees the same step work": {
      story: {
        [one]: { evidence: fails(inTls).slice(0, 2) },
        [two]: { evidence: fails(inTls).slice(0, 2) },
      },
      kind: undefined,
    },
    "is none of a single failure each": {
      story: {
        [one]: { evidence: fails(inTls).slice(1) },
        [two]: { evidence: fails(inTls).slice(1) },
      },
      kind: undefined,
    },
    "is seen in IPv6 networks as well": {
      story: {
        "2001:db8:1::9": { evidence: fails() },
        "2001:db8:2::9": { evidence: fails() },
      },
      kind: "FreshAddressesFail",
    },
  };
  for (const [name, { story, kind }] of Object.entries(cases))
    test(name, () => assert.equal(found(story)?.kind, kind));

  test("is reported in a sentence, with the addresses that show it", () => {
    const block = found({ [one]: { evidence: fails(inTls) }, [two]: { evidence: fails(inTls) } });
    assert.deepEqual(block?.addresses, [two, one]);
    assert.equal(
      block?.because,
      "2 fresh addresses in 2 networks failed alike at once in IR, from 2026-11-23 11:58 UTC on (port 443: resets in TLS): the protocol seems to be blocked, and no address. Fresh addresses would not help, so nothing moves",
    );
  });
});

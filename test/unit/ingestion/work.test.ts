import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { agentAnswer } from "../../../src/ingestion/agent-answer.ts";
import { Inbox, takesEvidence } from "../../../src/ingestion/io/inbox.ts";
import { workOf } from "../../../src/ingestion/work.ts";
import { assignmentJson, mostTargets, parseAssignment } from "../../../src/probe/protocol.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import type { MeasuredTarget } from "../../../src/reachability/targets.ts";
import { present } from "../../../src/values/present.ts";
import { minutes, seconds } from "../../../src/values/time.ts";
import { vantagePointObject } from "../../objects/vantage-point.ts";
import { agent, vantagePoint } from "../reachability/stage.ts";
import { noon } from "../rotation/build.ts";

const settings = {
  elsewhere: [{ host: "www.example.org", port: 443 }],
  addresses: [{ host: "203.0.113.200", port: 8443 }],
};
const target = (number: number, isSuspected = false): MeasuredTarget => ({
  address: `203.0.${String(number >> 8)}.${String(number % 256)}`,
  ports: [{ listener: "chat", port: 443 }],
  certificateSHA256: undefined,
  mediaServerName: "whatsapp.net",
  isSuspected,
});

describe("what agents are asked to do", () => {
  test("is understood by them", () => {
    const work = workOf(agent, [target(1, true)], settings);
    const targets = work.targets.map(({ certificateSHA256, ports, ...rest }) => ({
      ...rest,
      ports: [...ports],
      ...present({ certificateSHA256 }),
    }));
    const lists = { targets, elsewhere: [...work.elsewhere], endpoints: [...work.endpoints] };
    assert.ok(parseAssignment(assignmentJson({ now: noon, ...work, ...lists })));
  });

  test("comes as often as the vantage point says, and moves bytes more rarely", () => {
    const often = vantagePoint({ ...agent.spec, globalping: undefined, interval: "30s" });
    const { everyMs, transferEveryMs } = workOf(often, [], settings);
    assert.deepEqual([everyMs, transferEveryMs], [seconds(30), minutes(10)]);
    const rarely = vantagePoint({ ...agent.spec, globalping: undefined, interval: "1h" });
    assert.equal(workOf(rarely, [], settings).transferEveryMs, minutes(60));
  });

  test("has suspected addresses in it, where it can't have all", () => {
    const many = Array.from({ length: mostTargets + 9 }, (_, index) => target(index));
    const { targets } = workOf(agent, [...many, target(60_000, true)], settings);
    assert.equal(targets.length, mostTargets);
    assert.equal(targets[0]?.address, target(60_000).address);
  });
});

describe("what keeps an agent out is said", () => {
  const token = "A".repeat(32);
  const cases: Record<string, { given: [string, boolean]; kind: string }> = {
    "where agents are not served": { given: [token, false], kind: "agentsNotServed" },
    "where no line can have such a token": { given: ["s3cr3t", true], kind: "tokenMissing" },
    "and nothing, where all is well": { given: [token, true], kind: "worked" },
  };
  for (const [name, { given, kind }] of Object.entries(cases))
    test(name, () => {
      const answer = agentAnswer(...given);
      assert.equal(answer.kind, kind);
      assert.ok(!JSON.stringify(answer).includes("s3cr3t"));
    });
});

describe("what agents found", () => {
  const of = (vantagePoint: string): TestEvidence => ({
    kind: "test",
    vantagePoint,
    country: "IR",
    role: "Probe",
    address: "203.0.113.9",
    listener: "chat",
    at: noon,
    outcome: { kind: "Worked", upTo: "tcp" },
    reachesElse: undefined,
  });

  test("is kept, and each vantage point has been heard", () => {
    const kept: TestEvidence[] = [];
    const heard: unknown[] = [];
    const inbox = new Inbox();
    inbox.deliverTo(
      takesEvidence({
        vantagePoints: {
          get: ({ name }) => (name === "gone" ? undefined : vantagePointObject({ name })),
        },
        evidence: { add: (evidence) => void kept.push(...(evidence as TestEvidence[])) },
        rounds: { heard: ({ metadata }, results) => heard.push([metadata.name, results]) },
      }),
    );
    inbox.take([of("a"), of("b"), of("a"), of("gone")]);
    assert.equal(kept.length, 4);
    assert.deepEqual(heard, [
      ["a", 2],
      ["b", 1],
    ]);
  });
});

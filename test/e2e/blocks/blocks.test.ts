import assert from "node:assert/strict";
import { type TestContext, after, before, describe, test } from "node:test";
import { waitFor } from "../../../tooling/wait-for.ts";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import { TestFleet } from "../stage/fleet.ts";
import { chat, whatsapp } from "../stage/people.ts";
import { moved } from "../stage/report.ts";
import { Agents } from "./agents.ts";
import { Checker } from "./control.ts";
import { Censor, type Censorship, censorships } from "./censor.ts";

const fleet = new TestFleet({
  name: "e2e-blocks",
  addresses: ["203.0.113.128/26"],
  slots: 5,
  spec: {
    audience: { countries: ["IR"] },
    rotation: { drain: { scheduled: "1h", blocked: "5s" } },
  },
  pool: { quarantine: { blocked: "1h" } },
});
let agents: Agents | undefined;
let control: Checker | undefined;

before(async () => {
  await whatsapp();
  await fleet.create();
  await fleet.ready();
  agents = await Agents.start();
  control = await Checker.start();
});
after(async () => {
  await control?.stop();
  await agents?.stop();
  await fleet.remove();
});

type Verdict = NonNullable<ProxyAddress["status"]["reachability"]>[number];

async function verdictOf(address: string): Promise<Verdict | undefined> {
  const { status } = (await fleet.entryOf(address)) ?? {};
  return status?.reachability?.find(({ country }) => country === "IR");
}

async function verdict(address: string, wanted: Verdict["verdict"], seconds = 150) {
  let last: Verdict | undefined;
  const look = async () => {
    last = await verdictOf(address);
    return last?.verdict === wanted ? last : undefined;
  };
  try {
    return await waitFor(`${address} to be ${wanted} in IR`, look, { seconds });
  } catch (cause) {
    throw new Error(`it is ${JSON.stringify(last)} at last`, { cause });
  }
}

interface Block {
  /** Each case has a slot of its own: one that was blocked a moment ago rests before it moves again. */
  readonly slot: number;
  readonly how: Censorship;
  readonly kind: Verdict["kind"];
  readonly says: RegExp;
}

/** Blocks the address of a slot, and says how long its people were cut off. */
async function block(
  t: TestContext,
  name: string,
  { slot, how, kind, says }: Block,
): Promise<void> {
  const before = await fleet.published();
  const old = before.get(slot)?.host ?? "";
  await verdict(old, "Reachable");
  const beganAt = Date.now();
  const censor = await Censor.of(name, how(old));
  t.after(async () => censor.lift());
  // What is moved only every ten minutes is moved by an agent that starts.
  if (kind === "Throttled") await agents?.restart();
  const found = await verdict(old, "Blocked", 420);
  const seenAfter = Math.round((Date.now() - beganAt) / 1_000);
  assert.equal(found.kind, kind);
  assert.match(found.message ?? "", says);
  const fresh = await moved(fleet, slot, { from: old, seconds: 60 });
  await chat(fresh);
  const cutOff = Math.round((Date.now() - beganAt) / 1_000);
  assert.deepEqual(await fleet.published(), before.set(slot, fresh), "nobody else moves");
  t.diagnostic(`${name}: Blocked after ${seenAfter} s (${found.message}); moved after ${cutOff} s`);
}

describe("an address that a censor blocks", () => {
  test("is seen to be dropped, and its group moves", async (t) =>
    block(t, "dropped", { slot: 0, how: censorships.dropped, kind: "Address", says: /time-out/ }));

  test("is seen to be dropped on one port, and its group moves", async (t) =>
    block(t, "port", { slot: 1, how: censorships.mediaPort, kind: "Port", says: /587/ }));

  test("is seen to be reset, and its group moves", async (t) =>
    block(t, "reset", { slot: 2, how: censorships.reset, kind: "Address", says: /reset/ }));

  test("is seen to be frozen after 16 KB, and its group moves", async (t) =>
    block(t, "frozen", {
      slot: 3,
      how: censorships.frozen,
      kind: "Throttled",
      says: /frozen after \d+ KB/,
    }));

  test("is seen to be slow, and its group moves", async (t) =>
    block(t, "slow", { slot: 4, how: censorships.slow, kind: "Throttled", says: /slow/ }));
});

/** Takes the line of everybody in the country away for so long (s). */
async function outage(t: TestContext, seconds: number): Promise<void> {
  const before = await fleet.published();
  for (const { host } of before.values()) await verdict(host, "Reachable");
  const beganAt = Date.now();
  const censor = await Censor.ofEverything();
  t.after(async () => censor.lift());
  await waitFor("the outage to last", async () => Date.now() - beganAt >= seconds * 1_000, {
    seconds: seconds + 30,
  });
  await censor.lift();
  const liftedAt = Date.now();
  await agents?.report();
  for (const { host } of before.values()) await verdict(host, "Reachable");
  assert.deepEqual(await fleet.published(), before);
  const ledger = await fleet.ledger();
  const isNew = (one: Verdict) => one.verdict === "Blocked" && Date.parse(one.since) >= beganAt;
  assert.ok(ledger.every(({ status }) => !status.reachability?.some(isNew)));
  const after = Math.round((Date.now() - liftedAt) / 1_000);
  t.diagnostic(`nobody moved; all were seen to work ${after} s after the line came back`);
}

describe("a country without a line", () => {
  test("for a minute moves nobody, and all works again by itself", async (t) => outage(t, 60));

  test("for ten minutes moves nobody, and all works again by itself", async (t) => outage(t, 600));
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import { formatInstant, instant, minutes } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { apply, list } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, pool } from "../samples.ts";
import { SteeredOperator } from "./steered-operator.ts";

/** Three fleets of one slot each: none of them could know of an outage by itself. */
const names = ["family", "friends", "school"];
const entriesPath = collectionOf(ledgerEntry());
const fleetsPath = collectionOf(fleet());

let server: ApiServer;
let operator: SteeredOperator;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  await apply(server, pool({ addresses: ["203.0.113.0/26"] }));
  for (const [index, name] of names.entries()) await publish(name, `203.0.113.${index + 1}`);
  // The server dates claims by its own clock, which nobody steers.
  const now = instant(Date.now() - minutes(40));
  operator = await SteeredOperator.start(server, { now });
});
after(async () => {
  await operator?.stop();
  await server?.stop();
});

const entryOf = (address: string) => `ip-${address.replaceAll(".", "-")}`;

async function publish(name: string, address: string): Promise<void> {
  const spec = {
    addresses: { count: 1, pools: [{ name: "metallb-a" }] },
    audience: { countries: ["IR"] },
    rotation: { maxAge: "0s" },
  };
  await apply(server, fleet(spec, name));
  const claimRef = { namespace: "default", name, uid: `uid-${name}`, slot: 0 };
  await apply(server, ledgerEntry({ address, claimRef }, entryOf(address)));
  const status = { phase: "Serving", phaseSince: "2026-01-04T00:00:00Z", address };
  await server.patch(`${entriesPath}/${entryOf(address)}/status`, { status });
}

async function block(address: string): Promise<void> {
  const since = formatInstant(operator.now);
  const reachability = [{ country: "IR", verdict: "Blocked", since }];
  await server.patch(`${entriesPath}/${entryOf(address)}/status`, { status: { reachability } });
}

async function lookAtAll(): Promise<void> {
  for (const name of names) await operator.look("fleet", `default/${name}`);
}

/** The fleets that have claimed a fresh address. */
async function moving(): Promise<readonly string[]> {
  const entries = (await list(server, entriesPath)) as unknown as readonly ProxyAddress[];
  const claims = entries.filter(({ spec }) => spec.cause === "Blocked");
  return claims.map(({ spec }) => spec.claimRef.name).toSorted();
}

async function conditionOf(name: string, type: string) {
  const { body } = await server.call("GET", `${fleetsPath}/${name}`);
  const { status } = body as unknown as WhatsAppProxy;
  return status?.conditions?.find((one) => one.type === type);
}

describe("three fleets whose only addresses are blocked at once", () => {
  test("are held: it looks like an outage of the whole country", async () => {
    for (const index of names.keys()) await block(`203.0.113.${index + 1}`);
    await waitFor("an outage to be suspected", async () => {
      await lookAtAll();
      const found = await Promise.all(names.map(async (n) => conditionOf(n, "OutageSuspected")));
      return found.every((one) => one?.status === "True");
    });
    const condition = await conditionOf("family", "OutageSuspected");
    assert.equal(condition?.reason, "SlotsFailTogether");
    assert.match(condition?.message ?? "", /^3 of 3 addresses published for IR began to fail/);
    assert.deepEqual(await moving(), []);
  });

  test("move one after another when the hold is over, without a storm", async () => {
    operator.later(minutes(31));
    await lookAtAll();
    await lookAtAll();
    const first = await moving();
    assert.equal(first.length, 1, `one goes ahead: ${first.join(", ")}`);
    const [waiting] = names.filter((name) => !first.includes(name));
    const condition = await conditionOf(waiting ?? "", "OutageSuspected");
    assert.deepEqual([condition?.status, condition?.reason], ["False", "MovingInTurn"]);
    operator.later(minutes(16));
    await lookAtAll();
    assert.deepEqual(await moving(), names);
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { minutes } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { apply, list } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, pool, vantagePoint } from "../samples.ts";
import { SteeredOperator } from "./steered-operator.ts";

const entry = "ip-203-0-113-9";
const entriesPath = collectionOf(ledgerEntry());

let server: ApiServer;
let operator: SteeredOperator;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  const published = fleet({
    addresses: { count: 1, pools: [{ name: "metallb-a" }] },
    audience: { countries: ["IR"] },
    reachability: { blockedWhen: { failures: 2, vantagePoints: 1 } },
    rotation: { maxAge: "0s" },
  });
  await apply(server, pool({ addresses: ["203.0.113.0/26"] }), published, ledgerEntry());
  const status = { phase: "Serving", phaseSince: "2026-01-04T00:00:00Z", address: "203.0.113.9" };
  await server.patch(`${entriesPath}/${entry}/status`, { status });
  const feeds = { ioda: true, radarTokenSecret: undefined };
  operator = await SteeredOperator.start(server, { feeds });
  operator.service.answer = (evidence) => ({
    evidence: evidence.map(dropped),
    answer: { kind: "worked" },
  });
});
after(async () => {
  await operator?.stop();
  await server?.stop();
});

/** What a censor drops on chat and media, while the control sees both answer. */
function dropped(one: TestEvidence): TestEvidence {
  const control = { role: "Control", country: "DE", outcome: { kind: "Worked", upTo: "transfer" } };
  if (one.vantagePoint === "control-de") return { ...one, ...control } as TestEvidence;
  return { ...one, outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } } };
}

/** IODA says this of Iran from now on, and has been asked. */
async function feedSays(down: boolean): Promise<void> {
  const since = operator.now;
  operator.later(minutes(12));
  let isAsked = false;
  operator.feed = () => {
    isAsked = true;
    const message = "it sees 12% of what is usual (bgp)";
    return { readings: [{ country: "IR", down, since, message }], answer: { kind: "worked" } };
  };
  await operator.look("outage-feed", "IODA");
  await waitFor("IODA to be asked", () => isAsked);
}

async function verdict(): Promise<string | undefined> {
  const { body } = await server.call("GET", `${entriesPath}/${entry}`);
  return (body as unknown as ProxyAddress).status?.reachability?.[0]?.verdict;
}

async function addresses(): Promise<readonly string[]> {
  const entries = (await list(server, entriesPath)) as unknown as readonly ProxyAddress[];
  return entries.map(({ metadata }) => metadata.name);
}

describe("while an outage feed says that a country is down", () => {
  test("what fails there is no block, however often it is tested, and nothing moves", async () => {
    await feedSays(true);
    const control = vantagePoint({ country: "DE", role: "Control", interval: "1m" });
    await apply(
      server,
      { ...control, metadata: { name: "control-de" } },
      vantagePoint({ interval: "1m" }),
    );
    for (let minute = 0; minute < 8; minute++) {
      operator.later(minutes(1));
      for (const name of ["control-de", "globalping-ir"])
        await operator.look("vantage-point", name);
      await operator.look("reachability", entry);
    }
    await waitFor("the suspicion", async () => (await verdict()) === "Suspected");
    await operator.look("fleet", "default/family");
    assert.deepEqual(await addresses(), [entry]);
  });

  test("it is a block as soon as the feed says that the country is back, and the slot moves", async () => {
    // No test says anything new.
    operator.service.answer = () => ({ evidence: [], answer: { kind: "noProbes", message: "" } });
    await feedSays(false);
    await waitFor("the block", async () => (await verdict()) === "Blocked");
    await waitFor("a fresh address", async () => (await addresses()).length === 2);
  });
});

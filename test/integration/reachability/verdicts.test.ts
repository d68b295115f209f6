import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ProxyAddress } from "../../../src/api/proxy-address.ts";
import type { KubeEvent } from "../../../src/kubernetes/events.ts";
import type { TestEvidence } from "../../../src/reachability/evidence.ts";
import { minutes } from "../../../src/values/time.ts";
import { waitFor } from "../../../tooling/wait-for.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { list } from "../operator/operator.ts";
import { collectionOf, fleet, ledgerEntry, vantagePoint } from "../samples.ts";
import { MeasuringOperator, home } from "./measuring-operator.ts";

const entryPath = `${collectionOf(ledgerEntry())}/ip-203-0-113-9`;

let server: ApiServer;
let operator: MeasuringOperator;

before(async () => {
  server = await ApiServer.start();
  await installCrds(server);
  operator = await MeasuringOperator.start(server, { judges: true });
});
after(async () => {
  await operator?.stop();
  await server?.stop();
});

async function create(manifest: Parameters<typeof collectionOf>[0]): Promise<void> {
  const { code, body } = await server.call("POST", collectionOf(manifest), manifest);
  assert.equal(code, 201, JSON.stringify(body));
}

async function verdict(wanted: string) {
  return waitFor(`the verdict ${wanted}`, async () => {
    const { status } = (await server.call("GET", entryPath)).body as unknown as ProxyAddress;
    return status?.reachability?.find((one) => one.verdict === wanted);
  });
}

/** What a censor drops on chat, while the control still sees it answer. */
function dropped(one: TestEvidence): TestEvidence {
  if (one.vantagePoint === "control-de")
    return {
      ...one,
      role: "Control",
      country: "DE",
      outcome: { kind: "Worked", upTo: "transfer" },
    };
  if (one.listener !== "chat") return one;
  return { ...one, outcome: { kind: "Failed", at: "tcp", failure: { kind: "TimedOut" } } };
}

describe("the verdicts of a published address", () => {
  test("follow from what vantage points find", async () => {
    const control = vantagePoint({ country: "DE", role: "Control", interval: "1m" });
    await create({ ...control, metadata: { name: "control-de" } });
    await create(vantagePoint({ interval: "1m" }));
    const blockedWhen = { failures: 1, vantagePoints: 1 };
    await create(fleet({ audience: { countries: ["IR"] }, reachability: { blockedWhen } }));
    await create(ledgerEntry());
    const status = { phase: "Serving", phaseSince: "2026-11-22T02:14:00Z" };
    await server.patch(`${entryPath}/status`, { status });
    const { country, message = "" } = await verdict("Reachable");
    assert.equal(country, "IR");
    assert.match(message, /reach(es)? it/);
  });

  test("say which port is blocked, and who sees it answer", async () => {
    operator.service.answer = (evidence) => ({
      evidence: evidence.map(dropped),
      answer: { kind: "worked" },
    });
    await operator.later(minutes(2), "control-de");
    await operator.look("globalping-ir");
    const { kind, listeners, message = "" } = await verdict("Blocked");
    assert.deepEqual([kind, listeners], ["Port", ["chat"]]);
    assert.match(message, /port 443: 1 time-out from 1 vantage point; the control sees it answer/);
  });

  test("are no news of the address, whose fleet reports its block", async () => {
    const events = (await list(
      server,
      "/apis/events.k8s.io/v1/namespaces/default/events",
    )) as unknown as KubeEvent[];
    const reasons = events.filter(({ regarding }) => regarding.kind === "ProxyAddress");
    assert.deepEqual(
      reasons.map(({ reason }) => reason).filter((reason) => reason !== "Suspected"),
      [],
    );
  });

  test("are kept with their evidence, for the next leader", async () => {
    await waitFor("the ConfigMap to name the address", async () => {
      const path = `/api/v1/namespaces/${home}/configmaps/proxyfleet-evidence`;
      const { body } = await server.call("GET", path);
      return JSON.stringify(body["data"] ?? {}).includes("203.0.113.9");
    });
  });
});

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { reportBlockedAnnotation } from "../../../src/api/names.ts";
import { type Sending, sendReport } from "../../../src/cli/report-send.ts";
import { ApiClient } from "../../../src/kubernetes/client.ts";
import { Connection } from "../../../src/kubernetes/connection.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { ApiServer } from "../../stand-ins/api-server/api-server.ts";
import { installCrds } from "../../stand-ins/api-server/crds.ts";
import { fleetPath, read } from "../operator/fleet-objects.ts";
import { apply } from "../operator/operator.ts";
import { fleet } from "../samples.ts";

const address = "203.0.113.12";
const report = { address, country: "IR", text: `${address} IR mine` };

describe("a report on a fleet that others write, too", () => {
  let server: ApiServer;
  let connection: Connection;
  let client: ApiClient;
  before(async () => {
    server = await ApiServer.start();
    await installCrds(server);
    connection = Connection.fromDefault(server.kubeconfig);
    const signal = new AbortController().signal;
    client = new ApiClient(connection, signal, { userAgent: "test", sleep, random: Math.random });
  });
  beforeEach(async () => {
    await server.call("DELETE", fleetPath("family"));
    await apply(server, fleet());
    const since = "2026-11-28T10:00:00Z";
    await says({ addresses: [{ address, slot: 0, phase: "Serving", since }] });
  });
  after(async () => {
    await connection?.close();
    await server?.stop();
  });

  const says = async (status: object) => server.patch(`${fleetPath("family")}/status`, { status });
  const annotate = async (text: string) =>
    server.patch(fleetPath("family"), {
      metadata: { annotations: { [reportBlockedAnnotation]: text } },
    });
  const annotation = async () =>
    (await read(server, fleetPath("family")))?.metadata.annotations?.[reportBlockedAnnotation];

  /** Time passes only while the command waits; then others have their turn. */
  function sending(whileWaiting: () => Promise<unknown> = async () => undefined): Sending {
    let now = 0;
    return {
      client,
      where: { fleet: undefined, namespace: undefined },
      clock: () => now,
      sleep: async (ms) => {
        now += ms;
        await whileWaiting();
      },
    };
  }

  /** Others write after each read, as often as they have something to write. */
  function racing(writes: (() => Promise<unknown>)[], then?: () => Promise<unknown>): Sending {
    const list: Sending["client"]["list"] = async (of, options) => {
      const page = await client.list(of, options);
      await writes.shift()?.();
      return page;
    };
    const raced = {
      get: client.get.bind(client),
      patch: client.patch.bind(client),
      list,
    };
    return { ...sending(then), client: raced };
  }

  test("is written although the fleet's status changes meanwhile", async () => {
    const { uid, report: sent } = await sendReport(
      report,
      racing([async () => says({ serving: "1/2" })]),
    );
    assert.equal(await annotation(), report.text);
    assert.equal(sent.slot, 0);
    assert.equal(uid, (await read(server, fleetPath("family")))?.metadata.uid);
  });

  test("is written by a manager of its own", async () => {
    await sendReport(report, sending());
    const { body } = await server.call("GET", fleetPath("family"));
    assert.match(JSON.stringify(body["metadata"]), /"manager":"proxyfleet-report"/);
  });

  test("takes no other report's place, but waits until that one is answered", async () => {
    const other = "203.0.113.9 IR theirs";
    const seen: (string | undefined)[] = [];
    const answer = async () => {
      seen.push(await annotation());
      await says({ lastHandledReport: other });
    };
    await sendReport(report, racing([async () => annotate(other)], answer));
    assert.deepEqual(seen, [other]);
    assert.equal(await annotation(), report.text);
  });

  test("gives up where nobody answers the other one, and leaves it there", async () => {
    const other = "203.0.113.9 IR theirs";
    await annotate(other);
    await assert.rejects(
      sendReport(report, sending()),
      /default\/family has a report that the operator has not answered yet \("203\.0\.113\.9 IR theirs"\)/,
    );
    assert.equal(await annotation(), other);
  });

  test("is written once, also where the answer to the write is lost", async () => {
    await sendReport(report, racing([async () => annotate(report.text)]));
    assert.equal(await annotation(), report.text);
  });

  test("gives up on a fleet that never stands still", async () => {
    let serving = 0;
    const writes = Array.from(
      { length: 20 },
      () => async () => says({ serving: `${serving++}/99` }),
    );
    await assert.rejects(
      sendReport(report, racing(writes)),
      /default\/family changed each time while the report was written: report again/,
    );
    assert.equal(await annotation(), undefined);
  });
});

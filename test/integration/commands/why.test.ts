import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { waitFor } from "../../../tooling/wait-for.ts";
import { whyOutput } from "../../../src/cli/output/why.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
before(async () => {
  stage = await Stage.start();
  await stage.serve(["127.68.0.0/31"]);
});
after(async () => stage?.stop());

/** Waits until `why` says this as its last sentence. */
async function waitForWhy(what: string, sentence: RegExp): Promise<string> {
  let said = "";
  await waitFor(what, async () => {
    const { code, stdout } = await stage.admin("why", "family");
    said = stdout;
    return code === 3 && sentence.test(stdout.replaceAll("\n", " "));
  });
  return said;
}

test("why names the cause, on a real API server", async (t) => {
  const { server, controllers } = stage.cluster;
  await t.test("nothing where everybody is served", async () => {
    const { code, stdout } = await stage.admin("why", "family", "0");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok  *WhatsAppProxy default\/family|^-> WhatsAppProxy/);
    assert.match(stdout, /\n {2}ok slot 0: people use 127\.68\.0\./);
    assert.match(stdout, /\n {6}ok Service family-0-\w+: its load balancer has set 127\.68\.0\./);
    assert.match(stdout, /Nothing is known to be wrong with default\/family\.\n$/);
  });

  await t.test("a pool that is dry", async () => {
    const { code } = await stage.admin("report", await stage.published(0), "--country", "IR");
    assert.equal(code, 0);
    const said = await waitForWhy(
      "the pool to be named",
      /Slot 0: 127\.68\.0\.\d is blocked in IR since .* and finds no fresh address: pool metallb-a has none free .*Fix: add addresses to metallb-a/,
    );
    assert.match(said, /\n {4}-> ProxyAddress ip-127-68-0-\d: Serving since .*;\s+blocked\s+in IR/);
    const { stdout } = await stage.admin("why", "-o", "json");
    const { fleets } = whyOutput.parse(JSON.parse(stdout));
    assert.deepEqual(
      fleets.map(({ name, causes }) => [name, causes[0]?.name]),
      [["family", "PoolDry"]],
    );
  });

  await t.test("a load balancer that refuses, in its own words", async () => {
    controllers.refusal = () => "pool edge not compatible for ip assignment";
    const pool = "/apis/proxyfleet.dev/v1alpha1/addresspools/metallb-a";
    await server.patch(pool, { spec: { addresses: ["127.68.0.0/28"] } });
    await waitForWhy(
      "the load balancer to be named",
      /and can't move: MetalLB refuses addresses of pool metallb-a \(.*pool edge not compatible for ip assignment.*\)\. Fix: let MetalLB's own pool give these addresses to namespace default/,
    );
  });

  await t.test("an operator that is down", async () => {
    stage.operator.kill();
    await stage.operator.gone();
    const lease = "/apis/coordination.k8s.io/v1/namespaces/proxyfleet-system/leases/proxyfleet";
    const longAgo = new Date(Date.now() - 3_600_000).toISOString().replace("Z", "000Z");
    await server.patch(lease, { spec: { renewTime: longAgo } });
    const { code, stdout } = await stage.admin("why", "family");
    assert.equal(code, 3);
    assert.match(
      stdout.replaceAll("\n", " "),
      /The operator in namespace proxyfleet-system has not renewed its Lease since .* Fix: bring it back: kubectl get pods -n proxyfleet-system/,
    );
  });
});

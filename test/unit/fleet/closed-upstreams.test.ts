import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fleetSpec } from "../../../src/api/fleet.ts";
import { closedUpstreams } from "../../../src/fleet/closed-upstreams.ts";
import type { PodReport, ServerReport } from "../../../src/pods/report.ts";
import { answered } from "../rotation/build.ts";

const specOf = (chat: readonly string[], media = ["m.example:443"]) =>
  fleetSpec.parse({
    addresses: { pools: [{ name: "a" }] },
    upstream: { chat: { servers: chat }, media: { servers: media } },
  });

const reports = (server: string, closed: readonly string[]): readonly PodReport[] => {
  const report: ServerReport = { upstream: "chat", server, state: "closed", closed };
  return [answered("p-1", { servers: [report] }), answered("p-2", { servers: [report] })];
};

describe("upstreams in private networks", () => {
  test("a public server is none", () =>
    assert.equal(closedUpstreams(specOf(["192.0.2.1:5222", "a.example:5222"]), [], []), undefined));

  test("an address is named with its field, what it is and what to do", () => {
    const spec = specOf(["a.example:5222", "169.254.169.254:80"], ["[fd00:ec2::254]:80"]);
    const { status, reason, message } = closedUpstreams(spec, [], []) ?? assert.fail();
    assert.deepEqual([status, reason], ["True", "UpstreamClosed"]);
    assert.match(
      message,
      /^spec\.upstream\.chat\.servers\[1\] "169\.254\.169\.254:80" has no effect: 169\.254\.169\.254 is link-local.*; spec\.upstream\.media\.servers\[0\] "\[fd00:ec2::254\]:80" has no effect: fd00:ec2::254 is in a private network\. .*privateUpstreams/,
    );
  });

  test("what a name leads to is named once, however many pods say it", () => {
    const spec = specOf(["relay.tools:5222"]);
    const { message } =
      closedUpstreams(spec, reports("relay.tools:5222", ["10.96.0.1"]), []) ?? assert.fail();
    assert.match(
      message,
      /^spec\.upstream\.chat\.servers\[0\] "relay\.tools:5222" leads to 10\.96\.0\.1, and has no effect there: 10\.96\.0\.1 is in a private network\. Everybody/,
    );
  });

  test("an API server at a public address is one too, by the word of pods", () => {
    const given = reports("relay.tools:5222", ["203.0.113.1"]);
    const { message } = closedUpstreams(specOf(["relay.tools:5222"]), given, []) ?? assert.fail();
    assert.match(message, /203\.0\.113\.1 is where the cluster's API server answers/);
  });

  test("what the installation has opened is none", () => {
    const spec = specOf(["relay.tools:5222", "10.8.0.1:5222"]);
    const opened = ["10.8.0.0/16"];
    assert.equal(
      closedUpstreams(spec, reports("relay.tools:5222", ["10.8.0.2"]), opened),
      undefined,
    );
  });

  test("an answer of a pod that is no address changes nothing", () =>
    assert.equal(
      closedUpstreams(specOf(["relay.tools:5222"]), reports("relay.tools:5222", ["nonsense"]), []),
      undefined,
    ));
});

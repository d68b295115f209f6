import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, type Server, createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { handshakeFindings } from "../../../../src/cli/doctor/handshakes.ts";
import { fleet, healthy, serving } from "../../overview/build.ts";

let server: Server;
let connections = 0;
before(async () => {
  server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => server.close());

/** A fleet whose one address is where connections are counted, and ended at once. */
function observed(phase = "Serving") {
  const { port } = server.address() as AddressInfo;
  const ports = [
    { name: "chat", port, targetPort: 20_000 },
    { name: "media", port, targetPort: 20_001 },
  ];
  const entry = serving(
    { address: "127.0.0.1", spec: { ports } },
    { phase, address: "127.0.0.1", certificateSHA256: "ab12".repeat(16) },
  );
  return healthy({ fleets: [fleet()], addresses: [entry] });
}

describe("addresses are tried from here", () => {
  test("by default, and what fails is a warning with a remedy", async () => {
    const [finding] = await handshakeFindings(observed(), "auto", false);
    assert.equal(finding?.state, "Warning");
    assert.match(finding.says, /^127\.0\.0\.1 fails from here: chat: .*; media: /);
    assert.match(finding.fix ?? "", /try it from another network/);
  });

  test("not where calls take a proxy: no packet goes direct", async () => {
    const before = connections;
    const [finding] = await handshakeFindings(observed(), "auto", true);
    assert.equal(finding?.state, "Unknown");
    assert.match(finding.fix ?? "", /--connect=always/);
    assert.equal(connections, before);
  });

  test("also then, where somebody wants it", async () => {
    const [finding] = await handshakeFindings(observed(), "always", true);
    assert.equal(finding?.state, "Warning");
  });

  test("never, where somebody wants that", async () => {
    const before = connections;
    assert.deepEqual(await handshakeFindings(observed(), "never", false), []);
    assert.equal(connections, before);
  });

  test("only while they are published", async () =>
    assert.deepEqual(await handshakeFindings(observed("Verifying"), "auto", false), []));
});

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createServer } from "node:tls";
import { openTcp, openTls } from "../../../src/probe/io/connect.ts";
import { isPinned, keyFingerprint } from "../../../src/probe/io/pin.ts";
import { stepLimits } from "../../../src/probe/io/test-port.ts";
import { issue, type Keys, makeKeys, pemOf } from "./certificates.ts";
import { type Running, running } from "./servers.ts";

const fingerprint = (pem: string) => keyFingerprint(new X509Certificate(pem));

describe("a pinned key", () => {
  let authority: { keys: Keys; pem: string };
  let leaf: Keys;
  const servers: Running[] = [];

  before(async () => {
    const keys = await makeKeys();
    authority = { keys, pem: await issue("authority", keys, { name: "authority", keys }) };
    leaf = await makeKeys();
  });
  after(() => servers.forEach((server) => server.close()));

  /** Whether who shows this chain passes for the one whose key is pinned. */
  async function passes(chain: readonly string[], pinned: string): Promise<boolean> {
    const server = await running(
      createServer({ cert: chain.join("\n"), key: await pemOf(leaf) }, (socket) => socket.resume()),
    );
    servers.push(server);
    const limit = { ms: stepLimits.tls, stop: new AbortController().signal };
    const socket = await openTcp({ host: "127.0.0.1", port: server.port }, limit);
    const secure = await openTls(socket, {}, limit);
    const result = isPinned(secure, fingerprint(pinned));
    secure.destroy();
    return result;
  }

  test("is the server's own, whoever signed the certificate and whenever it ends", async () => {
    const self = { name: "server", keys: leaf };
    const pem = await issue("server", leaf, self);
    assert.ok(await passes([pem], pem));
    const expired = await issue("server", leaf, { ...self, days: [-30, -1] });
    const renewed = await issue("server", leaf, { ...self, days: [-1, 90] });
    assert.ok(await passes([expired], pem));
    assert.ok(await passes([renewed], pem));
  });

  test("is that of an authority which signed the server's certificate", async () => {
    const pem = await issue("server", leaf, { name: "authority", keys: authority.keys });
    assert.ok(await passes([pem, authority.pem], authority.pem));
  });

  test("is not that of an authority whose certificate is only shown beside", async () => {
    const other = await makeKeys();
    const forged = await issue("server", leaf, { name: "authority", keys: other });
    assert.ok(!(await passes([forged, authority.pem], authority.pem)));
    const own = await issue("server", leaf, { name: "server", keys: leaf });
    assert.ok(!(await passes([own, authority.pem], authority.pem)));
  });

  test("is not that of a server whose key signed something: it is no authority", async () => {
    const server = await makeKeys();
    const middle = await issue("server", server, { name: "authority", keys: authority.keys });
    const below = await issue("below", leaf, { name: "server", keys: server });
    assert.ok(!(await passes([below, middle, authority.pem], authority.pem)));
    assert.ok(!(await passes([below, middle], middle)));
  });
});

import "reflect-metadata"; // must come before @peculiar/x509, which needs it while it loads
import * as x509 from "@peculiar/x509";
import assert from "node:assert/strict";
import { webcrypto, X509Certificate } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createServer } from "node:tls";
import { openTcp, openTls } from "../../../src/probe/io/connect.ts";
import { isPinned, keyFingerprint } from "../../../src/probe/io/pin.ts";
import { stepLimits } from "../../../src/probe/io/test-port.ts";
import { type Running, running } from "./servers.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
type Keys = webcrypto.CryptoKeyPair;

/** A certificate for `keys`, signed by `signer`, good for these days from today. */
async function issue(
  subject: string,
  keys: Keys,
  signer: { name: string; keys: Keys; days?: [number, number] },
) {
  const [from, to] = signer.days ?? [-1, 30];
  const day = 86_400_000;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${subject}`,
    issuer: `CN=${signer.name}`,
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + to * day),
    signingKey: signer.keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(subject.startsWith("authority"))],
  });
  return certificate.toString("pem");
}

async function makeKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function pemOf({ privateKey }: Keys): Promise<string> {
  return x509.PemConverter.encode(
    await webcrypto.subtle.exportKey("pkcs8", privateKey),
    "PRIVATE KEY",
  );
}

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

import assert from "node:assert/strict";
import { X509Certificate, createHash, createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import { plausibleHost } from "../../../src/proxy/io/subject.ts";
import { HandshakeError, certificateBehind } from "../../../src/address/io/handshake.ts";
import { noon, seeded } from "../rotation/build.ts";

const dayMs = 86_400_000;

describe("a lane's certificate", () => {
  test("is ECDSA P-256, self-signed, with its own key, valid now and for a year", async () => {
    const { pem } = await issueCertificate(noon, seeded(1));
    const certificate = new X509Certificate(pem);
    const key = createPrivateKey(pem);
    assert.deepEqual(
      [
        certificate.publicKey.asymmetricKeyType,
        certificate.publicKey.asymmetricKeyDetails?.namedCurve,
      ],
      ["ec", "prime256v1"],
    );
    assert.ok(certificate.checkPrivateKey(key) && certificate.verify(certificate.publicKey));
    assert.equal(certificate.subject, certificate.issuer);
    assert.equal(certificate.subjectAltName, `DNS:${certificate.subject.replace("CN=", "")}`);
    assert.ok(
      certificate.validFromDate.getTime() <= noon - dayMs &&
        certificate.validToDate.getTime() >= noon + 364 * dayMs,
    );
  });

  test("has the fingerprint of its DER bytes", async () => {
    const { pem, sha256 } = await issueCertificate(noon, seeded(2));
    assert.equal(sha256, createHash("sha256").update(new X509Certificate(pem).raw).digest("hex"));
  });

  test("is never made twice, even from the same random numbers", async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, async () => issueCertificate(noon, seeded(3))),
    );
    const serials = made.map(({ pem }) => new X509Certificate(pem).serialNumber);
    assert.equal(new Set(made.map(({ sha256 }) => sha256)).size, 20);
    assert.equal(new Set(serials).size, 20);
  });
});

test("names look like ordinary ones, share no fixed part, and hardly repeat", () => {
  const random = seeded(4);
  const hosts = Array.from({ length: 200 }, () => plausibleHost(random));
  assert.ok(
    hosts.every((host) => /^([a-z]+\.)?[a-z]+[0-9]{0,2}\.[a-z]{2,4}$/.test(host)),
    hosts.join(" "),
  );
  assert.ok(new Set(hosts).size >= 198);
  for (const part of [/\.com$/, /^www\./, /[0-9]/])
    assert.ok(hosts.filter((host) => part.test(host)).length < 120, String(part));
});

describe("a handshake", () => {
  test("shows the fingerprint of the certificate behind a port", async () => {
    const { pem, sha256 } = await issueCertificate(noon, seeded(5));
    const server = createTlsServer({ cert: pem, key: pem }).listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      assert.equal(
        await certificateBehind(
          { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
          5_000,
        ),
        sha256,
      );
    } finally {
      server.close();
    }
  });

  test("that nobody answers says so, without a client's or a server's address", async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    await assert.rejects(
      certificateBehind({ host: "127.0.0.1", port }, 50),
      (error) =>
        error instanceof HandshakeError &&
        error.message === `TLS handshake with port ${port} had no answer in 0.05 s`,
    );
    await once(silent.close(), "close");
    await assert.rejects(certificateBehind({ host: "127.0.0.1", port }, 5_000), {
      name: "HandshakeError",
      message: `TLS handshake with port ${port} failed`,
    });
  });
});

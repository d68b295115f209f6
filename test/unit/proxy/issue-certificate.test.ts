import assert from "node:assert/strict";
import { X509Certificate, createHash, createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { createServer as createTlsServer } from "node:tls";
import { issueCertificate } from "../../../src/proxy/io/issue-certificate.ts";
import {
  certificateShape,
  type CertificateShape,
} from "../../../src/proxy/looks/certificate-shape.ts";
import { words } from "../../../src/proxy/looks/words.ts";
import { renewalAt } from "../../../src/proxy/renewal.ts";
import { instant } from "../../../src/values/time.ts";
import { HandshakeError, certificateBehind } from "../../../src/address/io/handshake.ts";
import { noon, seeded } from "../rotation/build.ts";

const dayMs = 86_400_000;

describe("a lane's certificate", () => {
  test("is ECDSA P-256, self-signed, with its own key, valid now, whatever its family", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const { pem } = await issueCertificate(noon, seeded(seed));
      const certificate = new X509Certificate(pem);
      const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
      assert.deepEqual([asymmetricKeyType, asymmetricKeyDetails?.namedCurve], ["ec", "prime256v1"]);
      assert.ok(certificate.checkPrivateKey(createPrivateKey(pem)));
      assert.ok(certificate.verify(certificate.publicKey));
      assert.equal(certificate.subject, certificate.issuer);
      assert.ok(certificate.validFromDate.getTime() <= noon);
      assert.ok(certificate.validToDate.getTime() >= noon + 300 * dayMs);
    }
  });

  test("has the fingerprint of its DER bytes", async () => {
    const { pem, sha256 } = await issueCertificate(noon, seeded(2));
    assert.equal(sha256, createHash("sha256").update(new X509Certificate(pem).raw).digest("hex"));
  });

  test("is never made twice, even from the same random numbers", async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, async () => issueCertificate(noon, seeded(3))),
    );
    const keys = made.map(({ pem }) =>
      new X509Certificate(pem).publicKey.export({ type: "spki", format: "pem" }),
    );
    assert.equal(new Set(made.map(({ sha256 }) => sha256)).size, 20);
    assert.equal(new Set(keys).size, 20);
  });

  test("is renewed before it ends, and not before it has served for months", () => {
    fc.assert(
      fc.property(fc.integer(), fc.uuid(), (seed, uid) => {
        const { lifeDays, ageDays } = certificateShape(seeded(seed));
        const from = instant(noon - ageDays * dayMs);
        const to = instant(from + lifeDays * dayMs);
        const at = renewalAt({ from, to }, uid);
        assert.ok(at > noon + 100 * dayMs && at < to - 80 * dayMs);
      }),
    );
  });
});

describe("certificates of many lanes", () => {
  const random = seeded(4);
  const shapes = Array.from({ length: 400 }, () => certificateShape(random));
  /** The part of the shapes that have it. */
  const part = (has: (shape: CertificateShape) => boolean) => shapes.filter(has).length / 400;
  const commonName = ({ subject }: CertificateShape) => subject.find(([key]) => key === "CN")?.[1];

  const common: Record<string, (shape: CertificateShape) => boolean> = {
    "a subject of one part": ({ subject }) => subject.length === 1,
    "a common name": (shape) => commonName(shape) !== undefined,
    "an organisation": ({ subject }) => subject.some(([key]) => key === "O"),
    "a subject alternative name": ({ extensions }) => extensions.includes("names"),
    "basic constraints": ({ extensions }) => extensions.some((name) => name.includes("authority")),
    "a usage": ({ extensions }) => extensions.some((name) => name.includes("signing")),
    "a life of ten years": ({ lifeDays }) => lifeDays === 3650,
    "a life of a year": ({ lifeDays }) => lifeDays === 365,
    "a serial number of 20 bytes": ({ serialBytes }) => serialBytes === 20,
    "a name with a dot": (shape) => commonName(shape)?.includes(".") === true,
    "a name with a digit": (shape) => /[0-9]/.test(commonName(shape) ?? ""),
    "a name of the public internet": (shape) =>
      /\.(?:com|net|org|info|io|co|eu)$/.test(commonName(shape) ?? ""),
  };
  for (const [what, has] of Object.entries(common))
    test(`have ${what} in part: neither all of them nor none`, () =>
      assert.ok(part(has) > 0.05 && part(has) < 0.95, String(part(has))));

  test("hardly repeat a name, but for those that everybody has", () => {
    const names = shapes.map(commonName).filter((name) => name?.startsWith("localhost") === false);
    assert.ok(new Set(names).size > 0.97 * names.length, names.join(" "));
  });

  test("share no word with many others", () => {
    const found = shapes.flatMap((shape) => [...new Set(commonName(shape)?.match(/[a-z]{3,}/g))]);
    const counts = Map.groupBy(found, (word) => words.includes(word));
    const own = counts.get(true) ?? [];
    const most = Math.max(
      ...[...Map.groupBy(own, (word) => word).values()].map(({ length }) => length),
    );
    assert.ok(own.length > 100 && most < 0.1 * shapes.length, String(most));
  });
});

test("the words are many, and each is there once", () => {
  assert.ok(words.length > 500, String(words.length));
  assert.equal(new Set(words).size, words.length);
  assert.ok(words.every((word) => /^[a-z]{2,}$/.test(word)));
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

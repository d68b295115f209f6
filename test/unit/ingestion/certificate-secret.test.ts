import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CertificateSecretError,
  readCertificate,
} from "../../../src/ingestion/io/certificate-secret.ts";
import { ownCertificate, pinOf } from "../../../src/ingestion/io/own-certificate.ts";
import type { ServingCertificate } from "../../../src/ingestion/io/serve.ts";
import { ConflictError } from "../../../src/kubernetes/errors.ts";
import type { Secret } from "../../../src/kubernetes/objects.ts";
import { secretObject } from "../../objects/secret.ts";
import { noon } from "../rotation/build.ts";

const [ours, theirs] = [
  await ownCertificate(noon, Math.random),
  await ownCertificate(noon, Math.random),
];
const holding = ({ cert, key }: ServingCertificate) =>
  secretObject({ name: "agents", files: { "tls.crt": cert, "tls.key": key } });

/** Secrets of an API server, of which somebody else may write the one just before we do. */
class Secrets {
  stored: Secret | undefined;
  faster: Secret | undefined;
  creations = 0;

  constructor(stored?: Secret) {
    this.stored = stored;
  }

  readonly client = {
    get: async () => this.stored,
    create: async (_: unknown, secret: Secret) => {
      this.creations += 1;
      this.stored ??= this.faster;
      if (this.stored !== undefined)
        throw new ConflictError("create secrets", { status: 409, reason: "", message: "" });
      return (this.stored = secret);
    },
  };

  async read(mayMake: boolean, inUse?: ServingCertificate) {
    const secret = {
      client: this.client as never,
      namespace: "proxyfleet-system",
      name: "agents",
      mayMake: () => mayMake,
      now: () => noon,
      random: Math.random,
    };
    return readCertificate(secret, inUse);
  }
}

describe("the certificate for agents", () => {
  test("is made once, and is the same for whoever reads it later", async () => {
    const secrets = new Secrets();
    const made = await secrets.read(true);
    assert.ok(made);
    assert.equal(secrets.stored?.type, "kubernetes.io/tls");
    assert.deepEqual(await secrets.read(false), made);
    assert.deepEqual(await secrets.read(true), made);
    assert.equal(secrets.creations, 1);
  });

  test("is waited for by a replica that does not lead", async () => {
    const secrets = new Secrets();
    assert.equal(await secrets.read(false), undefined);
    assert.equal(secrets.creations, 0);
  });

  test("is the other one's where two make it at once", async () => {
    const secrets = new Secrets();
    secrets.faster = holding(theirs);
    const read = await secrets.read(true);
    assert.equal(read === undefined ? "" : pinOf(read), pinOf(theirs));
  });

  test("that was deleted while it was shown is written again: lines know its key", async () => {
    const secrets = new Secrets();
    assert.deepEqual(await secrets.read(true, ours), ours);
    assert.deepEqual(await secrets.read(false), ours);
  });

  const { cert, key } = ours;
  const broken: Record<string, Record<string, string>> = {
    "that has no key": { "tls.crt": cert },
    "that is no certificate": { "tls.crt": "x", "tls.key": key },
    "with the key of another one": { "tls.crt": cert, "tls.key": theirs.key },
  };
  for (const [name, files] of Object.entries(broken))
    test(`${name} is refused, without a word of the key, and left alone`, async () => {
      const secrets = new Secrets(secretObject({ name: "agents", files }));
      const line = (files["tls.key"] ?? key).split("\n")[1] ?? "";
      await assert.rejects(secrets.read(true), (error) => {
        assert.ok(error instanceof CertificateSecretError);
        assert.match(
          error.message,
          /agents has no certificate with its key.*tls\.crt and tls\.key/,
        );
        return !JSON.stringify([error.message, String(error.cause)]).includes(line);
      });
      assert.equal(secrets.creations, 0);
    });
});

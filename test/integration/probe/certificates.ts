import "reflect-metadata"; // must come before @peculiar/x509, which needs it while it loads
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
export type Keys = webcrypto.CryptoKeyPair;

/** A certificate for `keys`, signed by `signer`, good for these days from today. */
export async function issue(
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

export async function makeKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

export async function pemOf({ privateKey }: Keys): Promise<string> {
  return x509.PemConverter.encode(
    await webcrypto.subtle.exportKey("pkcs8", privateKey),
    "PRIVATE KEY",
  );
}

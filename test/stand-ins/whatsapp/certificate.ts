import "reflect-metadata"; // must come before @peculiar/x509, which needs it while it loads
import * as x509 from "@peculiar/x509";
import { createHash, webcrypto } from "node:crypto";

/** A certificate with its key, and the SHA-256 of its DER form in lower-case hexadecimal. */
export interface OwnCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly sha256: string;
}

const whatsapp = ["whatsapp.net", "*.whatsapp.net"];
const day = 86_400_000;

/**
 * Makes a self-signed P-256 certificate that names whatsapp.net, or what is given, good from
 * yesterday and for a month.
 */
export async function makeCertificate(now: Date, names = whatsapp): Promise<OwnCertificate> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${names[0] ?? ""}`,
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + 30 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: "dns" as const, value })),
      ),
    ],
  });
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
  const sha256 = createHash("sha256").update(new Uint8Array(certificate.rawData)).digest("hex");
  return { certificate: certificate.toString("pem"), key, sha256 };
}

/** Such a certificate for any server or client, with its key behind it. */
export async function makePem(name = "server.example"): Promise<string> {
  const { certificate, key } = await makeCertificate(new Date(), [name]);
  return `${certificate}\n${key}\n`;
}

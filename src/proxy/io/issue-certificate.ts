import type { Random } from "../../values/random.ts";
import "reflect-metadata";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { ProxyfleetError } from "../../values/errors.ts";
import type { IssuedCertificate } from "../certificate.ts";
import { plausibleHost } from "./subject.ts";

export class CertificateError extends ProxyfleetError {}

const dayMs = 86_400_000;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/**
 * Makes a certificate that nobody has seen before: ECDSA P-256, self-signed, a random plausible
 * name. Phones don't validate it (the official proxy's is random too); a scanner must not be able
 * to link two addresses by it.
 * @param nowMs time of issue, milliseconds since 1970; the validity starts up to 60 days before and
 * lasts about a year or two
 */
export async function issueCertificate(nowMs: number, random: Random): Promise<IssuedCertificate> {
  try {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const host = plausibleHost(random);
    const start = nowMs - Math.floor((1 + random() * 60) * dayMs);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: randomBytes(16).toString("hex"),
      name: `CN=${host}`,
      notBefore: new Date(start),
      notAfter: new Date(nowMs + Math.floor((365 + random() * 365) * dayMs)),
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: host }])],
    });
    const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
    const pem = `${certificate.toString("pem")}\n${pemBlock("PRIVATE KEY", key)}`;
    return {
      pem,
      sha256: createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex"),
    };
  } catch (cause) {
    throw new CertificateError("could not make a lane's certificate", { cause });
  }
}

function pemBlock(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

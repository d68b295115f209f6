import { createSecureContext } from "node:tls";
import type { Secret } from "../kubernetes/objects.ts";
import { ProxyfleetError } from "../values/errors.ts";

/** Certificate chain and key, as PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A Secret with a certificate that something is served with is missing, or of no use. */
export class CertificateSecretError extends ProxyfleetError {}

/**
 * The certificate in a Secret of type `kubernetes.io/tls`.
 * @param purpose what it is for, in words: `agents`
 * @throws CertificateSecretError without any part of the key
 */
export function certificateOf(
  { metadata, data = {} }: Secret,
  purpose: string,
): ServingCertificate {
  const text = (field: string) => Buffer.from(data[field] ?? "", "base64").toString("utf8");
  const certificate = { cert: text("tls.crt"), key: text("tls.key") };
  try {
    if (certificate.cert === "" || certificate.key === "")
      throw new CertificateSecretError("tls.crt or tls.key is missing");
    createSecureContext(certificate);
    return certificate;
  } catch (cause) {
    throw new CertificateSecretError(
      `the Secret ${metadata.namespace}/${metadata.name} has no certificate with its key for ${purpose}: put both there as PEM, tls.crt and tls.key`,
      { cause },
    );
  }
}

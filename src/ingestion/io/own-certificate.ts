import { X509Certificate } from "node:crypto";
import { keyFingerprint } from "../../probe/io/pin.ts";
import { issueCertificate } from "../../proxy/io/issue-certificate.ts";
import type { Random } from "../../values/random.ts";
import type { Instant } from "../../values/time.ts";
import type { ServingCertificate } from "./serve.ts";

/**
 * A new self-signed certificate for the endpoint, as ordinary in its looks as a lane's. Agents know
 * its key from their line, so it must be kept, and be the same on all replicas.
 */
export async function ownCertificate(now: Instant, random: Random): Promise<ServingCertificate> {
  const { pem } = await issueCertificate(now, random);
  const [cert = "", key = ""] = pem.split(/(?<=-----END CERTIFICATE-----\n)\n*/);
  return { cert, key };
}

/** What a probe line pins: the SHA-256 of the first certificate's key. @throws if it is no PEM */
export function pinOf({ cert }: Pick<ServingCertificate, "cert">): string {
  return keyFingerprint(new X509Certificate(cert));
}

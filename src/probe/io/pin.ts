import { type X509Certificate, createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";

/** SHA-256 of a certificate's public key (SubjectPublicKeyInfo), in lower-case hex. */
export function keyFingerprint(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex");
}

/**
 * Whether the other side holds the pinned key, or has a certificate that the pinned authority
 * signed. The handshake has shown that it holds the first certificate's key; from there each must be
 * signed by the next, or anyone could show the authority's certificate beside their own. Names and
 * dates don't matter: the operator may be reached by a bare address, and by a machine whose clock is
 * off.
 */
export function isPinned(secure: TLSSocket, sha256: string): boolean {
  let certificate = secure.getPeerX509Certificate();
  while (certificate !== undefined) {
    if (keyFingerprint(certificate) === sha256) return true;
    const issuer: X509Certificate | undefined = certificate.issuerCertificate;
    if (issuer === undefined || !isSignedBy(certificate, issuer)) return false;
    certificate = issuer;
  }
  return false;
}

/** Whether an authority signed a certificate, and is another one than that. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const isItself = issuer.fingerprint256 === certificate.fingerprint256;
  return !isItself && issuer.ca && certificate.verify(issuer.publicKey);
}

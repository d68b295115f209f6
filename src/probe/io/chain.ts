import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type TLSSocket, getCACertificates } from "node:tls";
import { isSignedBy } from "./pin.ts";

const dateErrors: ReadonlySet<string> = new Set(["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"]);

/**
 * Whether a certificate for that name is shown, and an authority that everybody trusts signed it.
 * Its dates don't matter: an old machine's clock may be off by years, and nobody on the way has the
 * key of a certificate that has ended, either.
 * @param authorities believed instead of Node's, as PEM
 */
export function isGenuine(
  secure: TLSSocket,
  { name, authorities }: { readonly name: string; readonly authorities?: string },
): boolean {
  if (secure.authorized) return true;
  if (!dateErrors.has(errorCode(secure.authorizationError))) return false;
  // OpenSSL names the last thing that is wrong, which may not be the only one.
  const leaf = secure.getPeerX509Certificate();
  const isNamed = isIP(name) === 0 ? leaf?.checkHost(name) : leaf?.checkIP(name);
  const trusted = authorities === undefined ? getCACertificates() : [authorities];
  return isNamed !== undefined && isSignedByAny(leaf, trusted);
}

/** Whether one of the authorities signed a certificate of the chain, and each of it the one before. */
function isSignedByAny(leaf: X509Certificate | undefined, trusted: readonly string[]): boolean {
  const authorities = trusted.map((pem) => new X509Certificate(pem));
  let certificate = leaf;
  while (certificate !== undefined) {
    const { issuerCertificate: issuer }: X509Certificate = certificate;
    const of = certificate;
    if (
      authorities.some((authority) => of.checkIssued(authority) && of.verify(authority.publicKey))
    )
      return true;
    if (issuer === undefined || !isSignedBy(certificate, issuer)) return false;
    certificate = issuer;
  }
  return false;
}

/** Node's types say Error, but most often it is the code as text. */
function errorCode(error: unknown): string {
  if (typeof error === "string") return error;
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

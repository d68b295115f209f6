/** A lane's identity. `pem` holds the certificate and its key: a secret, never logged. */
export interface IssuedCertificate {
  readonly pem: string;
  /** SHA-256 of the certificate's DER bytes, lower-case hex: what a handshake shows. */
  readonly sha256: string;
}

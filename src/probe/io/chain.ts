import type { TLSSocket } from "node:tls";

/** What a certificate chain says of who answers. */
export type ChainVerdict =
  | "Genuine"
  /** Not for that name, or by an authority that nobody knows. */
  | "Foreign"
  /** All but the dates, which this machine's clock may be to blame for. */
  | "Undatable";

const dateErrors: ReadonlySet<string> = new Set(["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"]);

/**
 * Judges the chain that Node has checked against its authorities (Mozilla's) and the name. A chain
 * with a wrong date says nothing either way: OpenSSL names only one thing that is wrong.
 */
export function chainVerdict(secure: TLSSocket): ChainVerdict {
  if (secure.authorized) return "Genuine";
  return dateErrors.has(errorCode(secure.authorizationError)) ? "Undatable" : "Foreign";
}

/** Node's types say Error, but most often it is the code as text. */
function errorCode(error: unknown): string {
  if (typeof error === "string") return error;
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

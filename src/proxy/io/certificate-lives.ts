import { X509Certificate } from "node:crypto";
import type { Secret } from "../../kubernetes/objects.ts";
import { memoize } from "../../values/memoize.ts";
import { parseInstant } from "../../values/time.ts";
import { laneCertificates } from "../lane-certificates.ts";
import type { CertificateLife } from "../renewal.ts";

/**
 * From when until when the certificates in a fleet's Secret are valid, by their fingerprint. One that
 * can't be read is left out: what is unknown stays as it is.
 */
export function certificateLives(secret: Secret | undefined): ReadonlyMap<string, CertificateLife> {
  return secret === undefined ? new Map() : livesOf(secret);
}

const livesOf = memoize((secret: Secret): ReadonlyMap<string, CertificateLife> => {
  const lives = laneCertificates(secret).map(({ sha256, pem }) => [sha256, lifeOf(pem)] as const);
  return new Map(lives.flatMap(([sha256, life]) => (life === undefined ? [] : [[sha256, life]])));
});

function lifeOf(pem: string): CertificateLife | undefined {
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    const [from, to] = [parseInstant(validFrom), parseInstant(validTo)];
    return from === undefined || to === undefined ? undefined : { from, to };
  } catch {
    return undefined;
  }
}

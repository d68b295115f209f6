import type { IssuedCertificate } from "../../proxy/certificate.ts";
import type { Secret } from "../../kubernetes/objects.ts";
import { type LaneCertificate, laneCertificates } from "../../proxy/lane-certificates.ts";
import { present } from "../../values/present.ts";
import type { Instant } from "../../values/time.ts";

/** Makes a certificate that nobody has seen before. */
export type MakeCertificate = (now: Instant) => Promise<IssuedCertificate>;

/** What a certificate is for: an entry, or the place of the one (SHA-256) that the entry has. */
export interface CertificateUse {
  readonly uid: string;
  readonly of?: string;
}

/**
 * Certificates that were made and are in no Secret yet, by fleet and by what they are for. In memory
 * only: what a crash loses was never used, and another one is made.
 */
export class IssuedCertificates {
  /** By the fingerprint of the certificate that they replace, or else by the entry's uid. */
  readonly #fleets = new Map<string, Map<string, IssuedFor>>();
  readonly #make: MakeCertificate;

  constructor(make: MakeCertificate) {
    this.#make = make;
  }

  /** Those that the fleet's Secret does not hold, and still has a use for. */
  issued(fleet: string, secret: Secret | undefined): ReadonlyMap<string, IssuedCertificate> {
    const issued = this.#fleets.get(fleet);
    if (issued === undefined) return new Map();
    const held = laneCertificates(secret);
    for (const [key, { use }] of issued) if (!isNeeded(use, held)) issued.delete(key);
    if (issued.size === 0) this.#fleets.delete(fleet);
    return new Map([...issued].map(([key, { certificate }]) => [key, certificate]));
  }

  /** Makes one for a use, unless it has one. */
  async issue(fleet: string, { uid, of }: CertificateUse, now: Instant): Promise<void> {
    const issued = this.#fleets.get(fleet) ?? new Map<string, IssuedFor>();
    this.#fleets.set(fleet, issued);
    const [key, use] = [of ?? uid, present({ uid, of })];
    if (!issued.has(key)) issued.set(key, { use, certificate: await this.#make(now) });
  }

  /** The fleet is gone. */
  forget(fleet: string): void {
    this.#fleets.delete(fleet);
  }
}

interface IssuedFor {
  readonly use: CertificateUse;
  readonly certificate: IssuedCertificate;
}

function isNeeded({ uid, of }: CertificateUse, held: readonly LaneCertificate[]): boolean {
  if (of !== undefined) return held.some(({ sha256 }) => sha256 === of);
  return !held.some((made) => made.uid === uid);
}

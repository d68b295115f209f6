import type { IssuedCertificate } from "../../proxy/certificate.ts";
import type { Secret } from "../../kubernetes/objects.ts";
import { laneCertificates } from "../../proxy/lane-certificates.ts";
import type { Instant } from "../../values/time.ts";

/** Makes a certificate that nobody has seen before. */
export type MakeCertificate = (now: Instant) => Promise<IssuedCertificate>;

/**
 * Certificates that were made and are in no Secret yet, by fleet and by the entry that they are for.
 * In memory only: what a crash loses was never used, and another one is made.
 */
export class IssuedCertificates {
  readonly #fleets = new Map<string, Map<string, IssuedCertificate>>();
  readonly #make: MakeCertificate;

  constructor(make: MakeCertificate) {
    this.#make = make;
  }

  /** Those that the fleet's Secret does not hold. */
  issued(fleet: string, secret: Secret | undefined): ReadonlyMap<string, IssuedCertificate> {
    const issued = this.#fleets.get(fleet);
    if (issued === undefined) return new Map();
    for (const { uid } of laneCertificates(secret)) issued.delete(uid);
    if (issued.size === 0) this.#fleets.delete(fleet);
    return issued;
  }

  /** Makes one for an entry, unless it has one. */
  async issue(fleet: string, uid: string, now: Instant): Promise<void> {
    const issued = this.#fleets.get(fleet) ?? new Map<string, IssuedCertificate>();
    this.#fleets.set(fleet, issued);
    if (!issued.has(uid)) issued.set(uid, await this.#make(now));
  }

  /** The fleet is gone. */
  forget(fleet: string): void {
    this.#fleets.delete(fleet);
  }
}

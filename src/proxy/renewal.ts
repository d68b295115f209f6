import { hashOf } from "../kubernetes/difference.ts";
import { type Instant, instant } from "../values/time.ts";

/** From when until when a certificate is valid. */
export interface CertificateLife {
  readonly from: Instant;
  readonly to: Instant;
}

/** A lane's certificate is renewed after this part of its life, and so much later at most. */
const renewal = { after: 0.6, spread: 0.15 } as const;

/**
 * When a lane's certificate is to be renewed: after 60 to 75 % of its life. Each lane has a moment
 * of its own, which follows from its claim (uid): certificates of many addresses that all change at
 * once would tell that they belong together.
 */
export function renewalAt({ from, to }: CertificateLife, uid: string): Instant {
  const part = renewal.after + renewal.spread * fraction(uid);
  return instant(Math.round(from + part * (to - from)));
}

/** A number from 0 up to 1 that is the same for the same text. */
function fraction(text: string): number {
  return Number.parseInt(hashOf(text).slice(0, 8), 16) / 2 ** 32;
}

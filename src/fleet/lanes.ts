import { laneUsers } from "../ledger/lane-use.ts";
import { laneCertificates } from "../proxy/lane-certificates.ts";
import type { CertifiedLane } from "../proxy/pod-config.ts";
import type { Instant } from "../values/time.ts";
import type { ObservedFleet } from "./observed.ts";

/** A lane that is to serve a ledger entry. */
export interface FleetLane {
  readonly lane: number;
  readonly entry: string;
  readonly uid: string;
  /** Load balancers whose PROXY header is believed (CIDRs). */
  readonly proxiesFrom: readonly string[];
}

/**
 * Lanes stay open until their address is dark, and a moment longer: the Service goes first, so that
 * nobody meets a refusal.
 */
export function lanesOf({ own, poolSpecs }: ObservedFleet, now: Instant): readonly FleetLane[] {
  const users = laneUsers(
    own.map(({ view }) => view),
    now,
  );
  return users.flatMap(({ name, lane, pool }) => {
    const uid = own.find(({ view }) => view.name === name)?.entry.metadata.uid;
    if (uid === undefined) return [];
    const proxy = poolSpecs.get(pool)?.proxyProtocol;
    return [{ lane, entry: name, uid, proxiesFrom: proxy?.version === "V2" ? proxy.from : [] }];
  });
}

/**
 * Each lane with its certificate. It keeps it as long as it serves the same ledger entry; a new
 * entry always gets one that was never used before. A lane without one is left out.
 */
export function withCertificates(
  { children, certificates }: ObservedFleet,
  lanes: readonly FleetLane[],
): readonly CertifiedLane[] {
  const known = laneCertificates(children.secret);
  return lanes.flatMap(({ lane, entry, uid, proxiesFrom }) => {
    const kept = known.find((made) => made.lane === lane && made.uid === uid);
    const certificate = kept ?? certificates.get(uid);
    if (certificate === undefined) return [];
    const { pem, sha256: certificateSHA256 } = certificate;
    return [{ lane, address: entry, uid, proxiesFrom, certificateSHA256, pem }];
  });
}

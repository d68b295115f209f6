import { laneUsers } from "../ledger/lane-use.ts";
import { type LaneCertificate, laneCertificates, madeFor } from "../proxy/lane-certificates.ts";
import type { CertifiedLane } from "../proxy/pod-config.ts";
import { ticketSecretOf } from "../proxy/ticket-secret.ts";
import type { Instant } from "../values/time.ts";
import type { ObservedFleet, UnreadableEntry } from "./observed.ts";

/** A lane that is to serve a ledger entry. */
export interface FleetLane {
  readonly lane: number;
  readonly entry: string;
  /** The uid under which pods know the entry. */
  readonly uid: string;
  /** Load balancers whose PROXY header is believed (CIDRs). */
  readonly proxiesFrom: readonly string[];
}

/**
 * Lanes stay open until their address is dark, and a moment longer: the Service goes first, so that
 * nobody meets a refusal.
 */
export function lanesOf(observed: ObservedFleet, now: Instant): readonly FleetLane[] {
  const { own, orphans } = observed;
  const users = laneUsers(
    [...own, ...orphans].map(({ view }) => view),
    now,
  );
  const lanes = users.flatMap(({ name, lane, pool }) => {
    const uid = own.find(({ view }) => view.name === name)?.tenant;
    if (uid === undefined) return [];
    return [{ lane, entry: name, uid, proxiesFrom: proxiesOf(observed, pool, { lane, uid }) }];
  });
  const former = users.filter(({ name }) => orphans.some(({ view }) => view.name === name));
  const kept = keptLanes(observed, [...former, ...observed.unreadable]).filter(
    ({ lane }) => !lanes.some((one) => one.lane === lane),
  );
  return [...lanes, ...kept].toSorted((a, b) => a.lane - b.lane);
}

/**
 * Lanes that stay as they are, with the certificate that they have: of an entry that can't be read,
 * since people may well use its address, and of one of an earlier fleet, to which its Service leads
 * until it is dark.
 */
function keptLanes(
  { children }: ObservedFleet,
  entries: readonly Pick<UnreadableEntry, "name">[],
): readonly FleetLane[] {
  const names = new Set(entries.map(({ name }) => name));
  if (names.size === 0) return [];
  return laneCertificates(children.secret)
    .filter(({ address }) => names.has(address))
    .map(({ lane, address, uid, proxiesFrom }) => ({ lane, entry: address, uid, proxiesFrom }));
}

/**
 * A pool that is gone or can't be read says nothing of its load balancers: they go on as before, so
 * the lane goes on believing what it believes now.
 */
function proxiesOf(
  { poolSpecs, children }: ObservedFleet,
  pool: string,
  lane: Pick<LaneCertificate, "lane" | "uid">,
): readonly string[] {
  const proxy = poolSpecs.get(pool)?.proxyProtocol;
  if (proxy === undefined) return madeFor(children.secret, lane)?.proxiesFrom ?? [];
  return proxy.version === "V2" ? proxy.from : [];
}

/**
 * Each lane with its certificate and its ticket secret. It keeps them until they are renewed, as
 * long as it serves the same ledger entry; a new entry always gets some that were never used before.
 * A lane without a certificate is left out.
 */
export function withCertificates(
  { children, certificates, ticketSeed: seed }: ObservedFleet,
  lanes: readonly FleetLane[],
  now: Instant,
): readonly CertifiedLane[] {
  return lanes.flatMap(({ lane, entry, uid, proxiesFrom }) => {
    const kept = madeFor(children.secret, { lane, uid });
    const certificate = certificates.get(kept?.sha256 ?? uid) ?? kept;
    if (certificate === undefined) return [];
    const { pem, sha256: certificateSHA256 } = certificate;
    const tickets = ticketSecretOf(kept?.tickets, uid, { seed, now });
    return [{ lane, address: entry, uid, proxiesFrom, certificateSHA256, pem, tickets }];
  });
}

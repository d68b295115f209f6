import { z } from "zod";
import { memoizeWeakly } from "../values/memoize.ts";
import { firstRevisionAnnotation } from "../api/names.ts";
import type { TicketSecret } from "./ticket-secret.ts";
import type { Secret } from "../kubernetes/objects.ts";

/**
 * A lane's certificate as the fleet's Secret holds it, and the ledger entry (name and uid) that it
 * was made for.
 */
export interface LaneCertificate {
  readonly lane: number;
  readonly address: string;
  readonly uid: string;
  readonly sha256: string;
  /** Certificate, then private key: a secret. */
  readonly pem: string;
  /** Undefined where an earlier version made the Secret. */
  readonly tickets: TicketSecret | undefined;
  /** Load balancers whose PROXY header the lane believes now (CIDRs). */
  readonly proxiesFrom: readonly string[];
}

const openLane = z.object({
  lane: z.number(),
  address: z.string(),
  uid: z.string(),
  certificateSHA256: z.string(),
  ticketsSince: z.string().optional(),
  proxiesFrom: z.array(z.string()).default([]),
});
const lanesFile = z.object({
  revision: z.string(),
  bank: z.number().optional(),
  open: z.array(openLane),
});

/**
 * The certificates in a fleet's Secret. Whatever can't be read counts as absent: new ones are
 * made then.
 */
export function laneCertificates(secret: Secret | undefined): readonly LaneCertificate[] {
  return secret === undefined ? [] : readOnce(secret).certificates;
}

/** What the Secret holds for a lane; undefined where it holds it for another entry, or nothing. */
export function madeFor(
  secret: Secret | undefined,
  { lane, uid }: Pick<LaneCertificate, "lane" | "uid">,
): LaneCertificate | undefined {
  return laneCertificates(secret).find((made) => made.lane === lane && made.uid === uid);
}

/** The name under which pods report that they have loaded this very content. */
export function secretRevision(secret: Secret | undefined): string | undefined {
  return secret === undefined ? undefined : readOnce(secret).revision;
}

/** How many lanes pods bind by this Secret; undefined where there is none, or it can't be read. */
export function boundLanes(secret: Secret | undefined): number | undefined {
  return secret === undefined ? undefined : readOnce(secret).bank;
}

/**
 * The revision that the Secret was made with and has had ever since; undefined where it has changed,
 * even if it came back to it.
 */
export function firstRevision({ metadata }: Secret): string | undefined {
  return metadata.annotations?.[firstRevisionAnnotation];
}

const readOnce = memoizeWeakly(
  (
    secret: Secret,
  ): {
    readonly revision: string | undefined;
    readonly bank: number | undefined;
    readonly certificates: readonly LaneCertificate[];
  } => {
    const file = readLanes(secret);
    const certificates = file?.open.flatMap(
      ({ certificateSHA256: sha256, ticketsSince, ...open }) => {
        const pem = text(secret, `lane-${open.lane}.pem`);
        const tickets = ticketsIn(secret, open.lane, ticketsSince);
        return pem === undefined ? [] : [{ ...open, sha256, pem, tickets }];
      },
    );
    return {
      revision: file?.revision,
      bank: file?.bank,
      certificates: certificates ?? [],
    };
  },
);

function ticketsIn(secret: Secret, lane: number, since?: string): TicketSecret | undefined {
  const made = text(secret, `lane-${lane}.tickets`);
  return made === undefined || since === undefined ? undefined : { secret: made, since };
}

function readLanes(secret: Secret): z.output<typeof lanesFile> | undefined {
  const file = text(secret, "lanes.json");
  if (file === undefined) return undefined;
  try {
    return lanesFile.safeParse(JSON.parse(file)).data;
  } catch {
    return undefined;
  }
}

function text(secret: Secret, key: string): string | undefined {
  const encoded = secret.data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

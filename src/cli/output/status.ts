import { z } from "zod";

// What programs may rely on. A field may be added here; none may go, or change its meaning.

const time = z.iso.datetime();
const trouble = z.strictObject({
  type: z.string(),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string(),
  since: time.optional(),
  message: z.string(),
});
const verdict = z.strictObject({
  country: z.string().length(2),
  verdict: z.enum(["Reachable", "Suspected", "Blocked", "Unknown"]),
  since: time,
  message: z.string().optional(),
});
const address = z.strictObject({
  name: z.string(),
  address: z.string().optional(),
  pool: z.string(),
  phase: z.enum(["Provisioning", "Verifying", "Serving", "Draining", "Quarantined"]),
  phaseSince: time,
  until: time.optional(),
  want: z.enum(["Serve", "Drain", "Quarantine"]),
  cause: z.string(),
  retiredBecause: z.string().optional(),
  burnt: z.boolean(),
  refused: z.boolean(),
  waitsFor: z.string().optional(),
  verdicts: z.array(verdict),
  sessions: z.int().optional(),
});
const traffic = z.strictObject({
  sessionsTotal: z.int(),
  bytesIn: z.int(),
  bytesOut: z.int(),
  refused: z.int(),
});
const slot = z.strictObject({
  slot: z.int(),
  state: z.enum(["Served", "Suspected", "Moving", "CutOff", "Unknown"]),
  published: z.string().optional(),
  blockedIn: z.array(z.string()),
  burnt: z.int(),
  message: z.string(),
  cutOff: z
    .strictObject({ reason: z.string(), since: time.optional(), what: z.string() })
    .optional(),
  next: z.strictObject({ at: time, reason: z.string() }).optional(),
  sessions: z.int().optional(),
  traffic: traffic.optional(),
  addresses: z.array(address),
  resting: z.array(address),
});
const fleet = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  urgency: z.enum(["CutOff", "Moving", "AtRisk", "Fine"]),
  unreadable: z.string().optional(),
  paused: z.boolean(),
  movesOnBlock: z.boolean(),
  deleting: z.boolean(),
  audience: z.array(z.string()),
  pools: z.array(z.string()),
  pods: z.strictObject({
    wanted: z.int(),
    ready: z.int(),
    problem: z.strictObject({ reason: z.string(), message: z.string() }).optional(),
  }),
  slots: z.array(slot),
  former: z.array(address),
  next: z.strictObject({ slot: z.int(), at: time, reason: z.string() }).optional(),
  troubles: z.array(trouble),
});
const pool = z.strictObject({
  name: z.string(),
  provider: z.string(),
  reserve: z.int(),
  total: z.int(),
  serving: z.int(),
  draining: z.int(),
  quarantined: z.int(),
  free: z.int().optional(),
  nextFreeAt: time.optional(),
  claimsPerDay: z.number().optional(),
  runsOutAt: time.optional(),
  unreadable: z.string().optional(),
  troubles: z.array(trouble),
});

/** What `proxyfleet status -o json` prints. */
export const statusOutput = z.strictObject({
  operator: z.strictObject({
    state: z.enum(["Alive", "Silent", "NotSeen", "Unknown"]),
    namespace: z.string().optional(),
    renewedAt: time.optional(),
  }),
  fleets: z.array(fleet),
  pools: z.array(pool).optional(),
  missingRights: z.array(z.string()),
});

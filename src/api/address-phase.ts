import { z } from "zod";

/** The life of an address, in order. */
export const addressPhases = [
  "Provisioning",
  "Verifying",
  "Serving",
  "Draining",
  "Quarantined",
] as const;
export type AddressPhase = (typeof addressPhases)[number];

export const addressPhase = z.enum(addressPhases);

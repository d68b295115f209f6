// dns: a name for each slot, as DNSEndpoint objects of ExternalDNS, and what resolvers make of them.
// A name is a secret of its group: anyone who has it finds every address that the slot will have. It
// is in DNSEndpoint objects and in questions to resolvers, and in no log, Event or status.

import { type ShareKey, nameToken, recordName } from "../share/tokens.ts";

/** What stands for the secret part in `spec.dns.hostname`. */
const placeholder = "{token}";

/** The name of a slot, and the object that publishes it. */
export interface SlotName {
  readonly slot: number;
  /** Name of the DNSEndpoint. */
  readonly object: string;
  /** The DNS name: a secret of the slot's group. */
  readonly host: string;
}

/** A fleet, by what its names are made of. */
export interface NamedFleet {
  readonly namespace: string;
  readonly fleet: string;
  readonly count: number;
  /** `spec.dns.hostname`, such as `{token}.example.org`. */
  readonly pattern: string;
}

/** The names of all slots of a fleet: the same ones for as long as the key and the fleet's name are. */
export function slotNames(
  key: ShareKey,
  { namespace, fleet, count, pattern }: NamedFleet,
): readonly SlotName[] {
  return Array.from({ length: count }, (_, slot) => {
    const seat = { namespace, fleet, slot };
    const host = pattern.replace(placeholder, nameToken(key, seat));
    return { slot, object: recordName(key, seat, host), host };
  });
}

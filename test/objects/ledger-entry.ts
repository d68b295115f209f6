import { type ProxyAddress, parseProxyAddress } from "../../src/api/proxy-address.ts";
import type { CustomObject } from "../../src/kubernetes/objects.ts";
import { ledgerName } from "../../src/ledger/name.ts";
import { fleetUid } from "./fleet.ts";
import { apiVersion, type Given, proxies } from "./metadata.ts";
import { valueOf } from "./parsed.ts";

/** A ProxyAddress, as JSON. */
export interface EntryObject extends CustomObject {
  spec: Record<string, unknown>;
}

interface GivenEntry extends Given {
  /** Names the entry too. */
  readonly address?: string;
  readonly slot?: number;
  /** Decides the ports in the pods too. */
  readonly lane?: number;
  /**
   * Goes over the default spec: slot 0 of the fleet `family` is to be served by 203.0.113.9. A field
   * that is undefined is left out.
   */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: object;
}

/** A ledger entry that is to serve, as the operator writes it. */
export function entryObject(given: GivenEntry = {}): EntryObject {
  const { address = "203.0.113.9", slot = 0, lane = 0, spec, ...rest } = given;
  const { name = ledgerName(address), metadata, ...status } = rest;
  const usual = {
    pool: "pool-a",
    address,
    claimRef: { namespace: proxies, name: "family", uid: fleetUid, slot },
    lane,
    ports: [
      { name: "chat", port: 443, targetPort: 20_000 + 4 * lane },
      { name: "media", port: 587, targetPort: 20_001 + 4 * lane },
    ],
    cause: "NewSlot",
    want: "Serve",
  };
  return {
    apiVersion,
    kind: "ProxyAddress",
    metadata: { name, ...metadata },
    spec: defined({ ...usual, ...spec }),
    ...status,
  };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The same, as the operator reads it. */
export function parsedEntry(given: GivenEntry = {}): ProxyAddress {
  return valueOf(parseProxyAddress(entryObject(given)));
}

import type { WhatsAppProxy } from "../../../src/api/fleet.ts";
import type { ChildOwner } from "../../../src/proxy/deployment.ts";
import { fleetUid, parsedFleet } from "../../objects/fleet.ts";
import { apiVersion, proxies } from "../../objects/metadata.ts";

/** A fleet's spec as a person writes it, with the defaults filled in as the API server does. */
export function specOf(given: object = {}): WhatsAppProxy["spec"] {
  return parsedFleet({ spec: { ...given } }).spec;
}

export const child: ChildOwner = {
  namespace: proxies,
  fleet: "family",
  owner: {
    apiVersion,
    kind: "WhatsAppProxy",
    name: "family",
    uid: fleetUid,
    controller: true,
    blockOwnerDeletion: true,
  },
};
